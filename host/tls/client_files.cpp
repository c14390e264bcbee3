// The part of certificate.h that compares files with each other.
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include "tls/certificate.h"

namespace m2ag::host {

namespace {

namespace fs = std::filesystem;

class Report {
 public:
  void error(std::string sentence) { problems_.push_back({Severity::error, std::move(sentence)}); }
  void warning(std::string sentence) { problems_.push_back({Severity::warning, std::move(sentence)}); }
  std::vector<FileProblem> take() { return std::move(problems_); }

 private:
  std::vector<FileProblem> problems_;
};

std::string named(const fs::path& file, const CertificateInfo& info) {
  return fmt::format("{} ({})", file.string(), info.title);
}

void check_times(Report& report, const fs::path& file, const CertificateInfo& info, Time now) {
  if (const std::string problem = validity_problem(info, now); !problem.empty()) {
    const std::string hint = now > info.not_after ? renewal_hint(info, file) : "";
    report.error(fmt::format("{} {}{}", named(file, info), problem, hint));
  } else if (const long days = days_left(info, now); days < kRenewDays) {
    report.warning(fmt::format("{} expires on {}, in {} {}{}", named(file, info), date_text(info.not_after), days,
                               days == 1 ? "day" : "days", renewal_hint(info, file)));
  }
}

// A bundle holds the old and the new authority for a while: one valid certificate is enough.
void check_authority_times(Report& report, const fs::path& file, const std::vector<CertificateHandle>& authorities,
                           Time now) {
  for (const auto& authority : authorities) {
    if (validity_problem(describe_certificate(*authority), now).empty()) return;
  }
  check_times(report, file, describe_certificate(*authorities.front()), now);
}

void check_key_rights(Report& report, const fs::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return;
  if ((status.st_mode & (S_IRWXO | S_IWGRP)) == 0) return;
  report.warning(fmt::format("{}: others may read or change this key (mode {:04o}); close it: chmod 600 {}",
                             file.string(), status.st_mode & 07777, file.string()));
}

void check_use(Report& report, const fs::path& file, const CertificateInfo& info, X509& certificate,
               CertificateUse use) {
  const int purpose = use == CertificateUse::server ? X509_PURPOSE_SSL_SERVER : X509_PURPOSE_SSL_CLIENT;
  if (X509_check_purpose(&certificate, purpose, 0) == 1) return;
  report.error(fmt::format(
      "{} is a certificate for the use \"{}\", expected one for the use \"{}\"; make it: m2ag cert {} NAME --dir DIR",
      named(file, info), to_string(info.use), to_string(use), to_string(use)));
}

void check_signer(Report& report, const fs::path& ca, const std::vector<CertificateHandle>& authorities,
                  const fs::path& file, const std::vector<CertificateHandle>& chain, const CertificateInfo& info) {
  const int verdict = verify_certificate(*chain.front(), authorities, chain, {});
  if (verdict == X509_V_OK) return;
  const CertificateInfo authority = describe_certificate(*authorities.front());
  if (!is_foreign_signature(verdict)) {
    report.error(fmt::format("{} does not pass under {}: {}", named(file, info), named(ca, authority),
                             X509_verify_cert_error_string(verdict)));
  } else if (info.issuer == authority.subject) {
    report.error(fmt::format(
        "{} was signed by another authority of the same name than {}: was the authority made anew? Renew the certificate{}",
        named(file, info), named(ca, authority), renewal_hint(info, file)));
  } else {
    report.error(fmt::format("{} was signed by \"{}\", not by the authority {}", named(file, info), info.issuer_title,
                             named(ca, authority)));
  }
}

}  // namespace

std::vector<FileProblem> check_files(const fs::path& ca, const fs::path& cert, const fs::path& key, CertificateUse use,
                                     Time now) {
  Report report;
  Loaded<std::vector<CertificateHandle>> authorities;
  if (!ca.empty()) {
    authorities = load_certificates(ca);
    if (!authorities.problem.empty()) {
      report.error(authorities.problem);
    } else {
      check_authority_times(report, ca, authorities.value, now);
    }
  }
  if (cert.empty() != key.empty()) {
    report.error(cert.empty() ? fmt::format("{}: a key without a certificate; name both or none", key.string())
                              : fmt::format("{}: a certificate without a key; name both or none", cert.string()));
    return report.take();
  }
  if (cert.empty()) return report.take();

  const auto chain = load_certificates(cert);
  const auto secret = load_key(key);
  if (!chain.problem.empty()) report.error(chain.problem);
  if (!secret.problem.empty()) report.error(secret.problem);
  check_key_rights(report, key);
  if (!chain.problem.empty()) return report.take();

  const CertificateInfo info = describe_certificate(*chain.value.front());
  check_times(report, cert, info, now);
  check_use(report, cert, info, *chain.value.front(), use);
  if (secret.value && X509_check_private_key(chain.value.front().get(), secret.value.get()) != 1) {
    report.error(
        fmt::format("{} does not belong to {}: it is the key of another certificate", key.string(), named(cert, info)));
  }
  if (!ca.empty() && authorities.problem.empty()) check_signer(report, ca, authorities.value, cert, chain.value, info);
  ERR_clear_error();
  return report.take();
}

std::vector<FileProblem> check_client_files(const fs::path& ca, const fs::path& cert, const fs::path& key, Time now) {
  return check_files(ca, cert, key, CertificateUse::client, now);
}

}  // namespace m2ag::host
