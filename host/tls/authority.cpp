#include "tls/authority.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <system_error>

namespace m2ag::host {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using std::chrono::hours;

constexpr hours kDay{24};
constexpr hours kLeafBackdate{1};
// A device without a clock battery wakes up in 1970 or when its image was made.
constexpr Time kClockFloor{std::chrono::seconds{1704067200}};  // 2024-01-01T00:00:00Z

template <class... Args>
[[noreturn]] void bad_input(fmt::format_string<Args...> format, Args&&... args) {
  throw std::invalid_argument(fmt::format(format, std::forward<Args>(args)...));
}

template <class... Args>
[[noreturn]] void bad_system(fmt::format_string<Args...> format, Args&&... args) {
  throw std::runtime_error(fmt::format(format, std::forward<Args>(args)...));
}

void add_once(std::vector<std::string>& list, std::string entry) {
  if (std::find(list.begin(), list.end(), entry) == list.end()) list.push_back(std::move(entry));
}

std::string checked_domain(std::string_view text, std::string_view option) {
  if (const auto name = normal_dns_name(text)) return *name;
  if (normal_ip_address(text)) bad_input("{} {}: is an IP address, expected a name like example.net", option, text);
  bad_input("{} {}: expected a DNS name like example.net: labels of a-z, 0-9 and \"-\", no wildcard", option, text);
}

std::vector<std::string> permitted_by(const AuthorityRequest& request) {
  std::vector<std::string> permitted(kPrivateNames.begin(), kPrivateNames.end());
  for (const auto& name : request.host_names) add_once(permitted, "DNS:" + checked_domain(name, "host name"));
  for (const auto& name : request.allow_domains) add_once(permitted, "DNS:" + checked_domain(name, "--allow-domain"));
  return permitted;
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  if (const auto parent = folder.parent_path(); !parent.empty()) fs::create_directories(parent, error);
  if (!error && ::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) error = {errno, std::generic_category()};
  if (error) bad_system("{}: {}", folder.string(), error.message());
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0)
    bad_system("{}: {}", folder.string(), std::generic_category().message(errno));
  if (!S_ISDIR(status.st_mode)) bad_input("{}: is no folder", folder.string());
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    bad_system("{}: others may write to this folder (mode {:04o}) and could swap the authority; close it: chmod 700 {}",
               folder.string(), status.st_mode & 07777, folder.string());
  }
}

// Throws when the authority that is there is not what is asked for.
void check_kept(const fs::path& folder, const AuthorityRequest& request) {
  const Authority kept(folder);
  for (const auto& domain : request.allow_domains) {
    if (kept.permitted().dns(checked_domain(domain, "--allow-domain"))) continue;
    bad_input(
        "{} ({}) is kept and does not permit \"{}\"; what an authority permits cannot be changed later: make a new one in another folder",
        kept.certificate_file().string(), kept.info().title, domain);
  }
}

}  // namespace

bool make_authority(const fs::path& folder, const AuthorityRequest& request, Time now) {
  if (!is_common_name(request.name))
    bad_input("--name \"{}\": expected 1 to 64 bytes of text in one line", request.name);
  const auto permitted = permitted_by(request);
  make_folder(folder);
  const FolderLock lock(folder);
  const fs::path certificate_file = folder / "ca.crt";
  const fs::path key_file = folder / "ca.key";
  const bool has_certificate = fs::exists(fs::symlink_status(certificate_file));
  const bool has_key = fs::exists(fs::symlink_status(key_file));
  if (has_certificate && has_key) {
    check_kept(folder, request);
    return false;
  }
  if (has_certificate != has_key) {
    const auto& there = has_key ? key_file : certificate_file;
    const auto& missing = has_key ? certificate_file : key_file;
    bad_system("{} is there, but {} is not: put it back from a backup, or move {} away and make a new authority",
               there.string(), missing.string(), there.string());
  }
  if (now < kClockFloor) bad_system("the clock says {}: set the clock before making an authority", date_text(now));
  const KeyHandle key = make_key();
  CertificateRequest certificate;
  certificate.use = CertificateUse::authority;
  certificate.common_name = request.name;
  certificate.permitted_names = permitted;
  certificate.not_before = now - kDay;
  certificate.not_after = now + kAuthorityDays * kDay;
  const CertificateHandle signed_one = sign_certificate(certificate, *key, nullptr, *key);
  PendingFile new_key(key_file, *key);
  PendingFile new_certificate(certificate_file, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH, pem_text(*signed_one));
  new_key.create();
  new_certificate.create();
  return true;
}

namespace {

std::vector<CertificateHandle> authority_certificates(const fs::path& folder) {
  const fs::path file = folder / "ca.crt";
  if (!fs::exists(fs::symlink_status(file))) {
    bad_input("{}: there is no authority; make one: m2ag cert init --dir {}", file.string(), folder.string());
  }
  auto loaded = load_certificates(file);
  if (!loaded.problem.empty()) bad_system("{}", loaded.problem);
  return std::move(loaded.value);
}

KeyHandle authority_key(const fs::path& folder) {
  auto loaded = load_key(folder / "ca.key");
  if (!loaded.problem.empty()) bad_system("{}", loaded.problem);
  return std::move(loaded.value);
}

}  // namespace

Authority::Authority(fs::path folder)
    : folder_(std::move(folder)),
      certificates_(authority_certificates(folder_)),
      key_(authority_key(folder_)),
      info_(describe_certificate(*certificates_.front())),
      permitted_(*certificates_.front()) {
  if (info_.use != CertificateUse::authority)
    bad_system("{} ({}) is no authority's certificate", certificate_file().string(), info_.title);
  if (X509_check_private_key(certificates_.front().get(), key_.get()) != 1) {
    ERR_clear_error();
    bad_system("{} does not belong to {} ({})", (folder_ / "ca.key").string(), certificate_file().string(),
               info_.title);
  }
}

IssuedFiles Authority::issue_server(const ServerRequest& request, Time now) const {
  if (!is_file_stem(request.name))
    bad_input("\"{}\": expected a name of 1 to 63 characters a-z, 0-9, \".\" and \"-\"", request.name);
  CertificateRequest certificate;
  certificate.use = CertificateUse::server;
  certificate.common_name = request.name;
  certificate.alternative_names = server_names(request.dns, request.ip);
  for (const auto& each : certificate.alternative_names) {
    const std::string name = each.substr(each.find(':') + 1);
    if (each.rfind("DNS:", 0) == 0 ? permitted_.dns(name) : permitted_.ip(name)) continue;
    bad_input("\"{}\" is outside of what the authority {} ({}) permits: {}", name, certificate_file().string(),
              info_.title, permitted_.text());
  }
  return issue(std::move(certificate), request.name, request.days, now);
}

IssuedFiles Authority::issue_client(const std::string& id, int days, Time now) const {
  if (!is_device_id(id)) bad_input("\"{}\": expected a device id of 1 to 63 characters a-z, 0-9 and \"-\"", id);
  CertificateRequest certificate;
  certificate.use = CertificateUse::client;
  certificate.common_name = id;
  certificate.alternative_names = {device_name(id)};
  return issue(std::move(certificate), id, days, now);
}

bool Authority::is_current(const std::string& name, CertificateUse use, const std::vector<std::string>& names,
                           Time now) const {
  if (!is_file_stem(name)) return false;
  const fs::path file = folder_ / (name + ".crt");
  const auto loaded = load_certificate_info(file);
  if (!loaded.problem.empty() || loaded.value.use != use || loaded.value.title != name) return false;
  const auto& has = loaded.value.names;
  const auto missing = [&](const std::string& each) { return std::find(has.begin(), has.end(), each) == has.end(); };
  if (std::any_of(names.begin(), names.end(), missing)) return false;
  const auto problems = check_files(certificate_file(), file, folder_ / (name + ".key"), use, now);
  return days_left(loaded.value, now) > kRenewDays &&
         std::none_of(problems.begin(), problems.end(),
                      [](const FileProblem& problem) { return problem.severity == Severity::error; });
}

// A file of another kind would be destroyed by what is meant as a renewal.
void Authority::check_place(const fs::path& file, CertificateUse use) const {
  if (file.stem() == "ca") bad_input("the name \"ca\" is the authority's own, choose another");
  if (!fs::exists(fs::symlink_status(file))) return;
  const auto there = load_certificate_info(file);
  if (!there.problem.empty()) bad_system("{}; move the file away first", there.problem);
  if (there.value.use != use) {
    bad_input("{} is there and is a {} certificate, not a {} certificate: choose another name", file.string(),
              to_string(there.value.use), to_string(use));
  }
}

IssuedFiles Authority::issue(CertificateRequest request, const std::string& name, int days, Time now) const {
  if (days < 1 || days > kMostLeafDays) bad_input("--days {}: expected 1 to {}", days, kMostLeafDays);
  if (const std::string problem = validity_problem(info_, now); !problem.empty()) {
    bad_system("the authority {} ({}) {}", certificate_file().string(), info_.title, problem);
  }
  IssuedFiles files{folder_ / (name + ".crt"), folder_ / (name + ".key"), {}, false};
  const FolderLock lock(folder_);
  check_place(files.certificate, request.use);
  files.renewed = fs::exists(files.certificate);

  request.not_before = std::max(now - kLeafBackdate, info_.not_before);
  // The last second belongs to the validity (RFC 5280 §4.1.2.5).
  request.not_after = std::min(request.not_before + days * kDay - 1s, info_.not_after);
  const KeyHandle key = make_key();
  const CertificateHandle certificate = sign_certificate(request, *key, certificates_.front().get(), *key_);
  if (const int verdict = verify_certificate(*certificate, certificates_, {}, {request.use, now, true});
      verdict != X509_V_OK) {
    bad_system("a certificate of {} ({}) would not be accepted: {}", certificate_file().string(), info_.title,
               X509_verify_cert_error_string(verdict));
  }
  PendingFile new_key(files.key, *key);
  PendingFile new_certificate(files.certificate, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH, pem_text(*certificate));
  new_key.replace();
  new_certificate.replace();
  files.info = describe_certificate(*certificate);
  return files;
}

std::vector<std::string> server_names(const std::vector<std::string>& dns, const std::vector<std::string>& ip) {
  std::vector<std::string> names;
  for (const auto& name : dns) add_once(names, "DNS:" + checked_domain(name, "--dns"));
  for (const auto& address : ip) {
    const auto normal = normal_ip_address(address);
    if (!normal) bad_input("--ip {}: expected an IPv4 or IPv6 address like 192.168.1.4", address);
    add_once(names, "IP:" + *normal);
  }
  if (names.empty()) bad_input("a server's certificate needs at least one name or address");
  return names;
}

std::string device_name(const std::string& id) { return "URI:urn:m2ag:device:" + id; }

}  // namespace m2ag::host
