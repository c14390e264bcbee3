#include "tls/certificate.h"

#include <arpa/inet.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <optional>

namespace m2ag::host {

namespace {

using Days = std::chrono::duration<long, std::ratio<86400>>;

std::string text_of(const ASN1_STRING* value) {
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, value);
  if (size < 0) return {};
  std::string text(utf8, utf8 + size);
  OPENSSL_free(utf8);
  // What a stranger put into a certificate goes to terminals and logs.
  for (char& c : text) {
    if ((c >= 0 && c < ' ') || c == '\x7f') c = '?';
  }
  return text;
}

std::string whole_name(const X509_NAME* name) {
  const BioHandle bio(BIO_new(BIO_s_mem()));
  require_openssl(bio && X509_NAME_print_ex(bio.get(), name, 0,
                                            XN_FLAG_ONELINE & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB)) >= 0,
                  "a certificate's name");
  const char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string common_name(const X509_NAME* name) {
  const int index = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  return index < 0 ? std::string() : text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index)));
}

std::string address_text(const ASN1_OCTET_STRING* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int size = ASN1_STRING_length(address);
  if (size != 4 && size != 16) return "?";
  inet_ntop(size == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(address), text.data(), text.size());
  return text.data();
}

std::vector<std::string> alternative_names(const X509& certificate) {
  using Names = std::unique_ptr<GENERAL_NAMES, OpensslDelete<GENERAL_NAMES_free>>;
  const Names names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> texts;
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) texts.push_back("DNS:" + text_of(name->d.dNSName));
    if (name->type == GEN_IPADD) texts.push_back("IP:" + address_text(name->d.iPAddress));
    if (name->type == GEN_URI) texts.push_back("URI:" + text_of(name->d.uniformResourceIdentifier));
    if (name->type == GEN_EMAIL) texts.push_back("email:" + text_of(name->d.rfc822Name));
  }
  return texts;
}

CertificateUse use_of(X509& certificate) {
  if (X509_check_ca(&certificate) == 1) return CertificateUse::authority;
  const std::uint32_t usage = X509_get_extended_key_usage(&certificate);
  if (usage == UINT32_MAX) return CertificateUse::other;  // no such extension: every use
  const bool server = (usage & XKU_SSL_SERVER) != 0;
  const bool client = (usage & XKU_SSL_CLIENT) != 0;
  if (server == client) return CertificateUse::other;
  return server ? CertificateUse::server : CertificateUse::client;
}

Time time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return Time{};
  return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

std::string serial_of(const X509& certificate) {
  const std::unique_ptr<BIGNUM, OpensslDelete<BN_free>> number(
      ASN1_INTEGER_to_BN(X509_get0_serialNumber(&certificate), nullptr));
  if (!number) return {};
  char* digits = BN_bn2hex(number.get());
  std::string text = digits == nullptr ? "" : digits;
  OPENSSL_free(digits);
  return text;
}

std::string fingerprint_of(const X509& certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  require_openssl(X509_digest(&certificate, EVP_sha256(), digest.data(), &size) == 1, "a certificate's fingerprint");
  std::string text;
  for (unsigned int i = 0; i < size; ++i) text += fmt::format("{}{:02X}", i == 0 ? "" : ":", digest[i]);
  return text;
}

std::string title_of(const X509_NAME* name, const std::vector<std::string>& names) {
  if (std::string text = common_name(name); !text.empty()) return text;
  if (!names.empty()) return names.front().substr(names.front().find(':') + 1);
  return whole_name(name);
}

std::string_view day_word(long days) { return days == 1 ? "day" : "days"; }

}  // namespace

CertificateInfo describe_certificate(const X509& certificate) {
  // X509_check_ca and X509_get_extended_key_usage cache what they parse and so want a certificate that is not const.
  const CertificateHandle copy(X509_dup(&certificate));
  require_openssl(copy != nullptr, "memory for a certificate");
  const X509_NAME* subject = X509_get_subject_name(copy.get());
  const X509_NAME* issuer = X509_get_issuer_name(copy.get());
  CertificateInfo info;
  info.names = alternative_names(*copy);
  info.title = title_of(subject, info.names);
  info.subject = whole_name(subject);
  info.issuer_title = title_of(issuer, {});
  info.issuer = whole_name(issuer);
  info.use = use_of(*copy);
  info.not_before = time_of(X509_get0_notBefore(copy.get()));
  info.not_after = time_of(X509_get0_notAfter(copy.get()));
  info.serial = serial_of(*copy);
  info.fingerprint = fingerprint_of(*copy);
  return info;
}

Loaded<CertificateInfo> load_certificate_info(const std::filesystem::path& file) {
  auto loaded = load_certificates(file);
  if (!loaded.problem.empty()) return {{}, std::move(loaded.problem)};
  return {describe_certificate(*loaded.value.front()), {}};
}

long days_left(const CertificateInfo& info, Time now) { return std::chrono::floor<Days>(info.not_after - now).count(); }

std::string date_text(Time time) {
  return fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

std::string validity_problem(const CertificateInfo& info, Time now) {
  if (now < info.not_before) {
    return fmt::format("is valid only from {}, but the clock says {}: is the clock right?", date_text(info.not_before),
                       date_text(now));
  }
  if (now <= info.not_after) return {};
  const long days = std::chrono::floor<Days>(now - info.not_after).count();
  if (days == 0) return fmt::format("expired on {}, within the last day", date_text(info.not_after));
  return fmt::format("expired on {}, {} {} ago", date_text(info.not_after), days, day_word(days));
}

std::string renewal_hint(const CertificateInfo& info, const std::filesystem::path& file) {
  const bool ours = info.use == CertificateUse::client || info.use == CertificateUse::server;
  if (!ours || file.stem() != info.title) return {};
  const auto folder = file.parent_path();
  return fmt::format("; renew it: m2ag cert {} {} --dir {}", to_string(info.use), info.title,
                     folder.empty() ? "." : folder.string());
}

}  // namespace m2ag::host
