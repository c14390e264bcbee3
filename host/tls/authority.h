// Our own certificate authority in a folder: ca.crt, ca.key, and NAME.crt, NAME.key for each server and device. The one
// place that signs. It never overwrites an authority; a leaf made again is a renewal with a new key. Keys have mode
// 0600 from their creation. Every function may be called from any thread and by several processes at once: the folder
// is locked while files change. std::invalid_argument: what was asked for is wrong (exit code 1); std::runtime_error:
// the system or its files are (2).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tls/certificate.h"
#include "tls/names.h"

namespace m2ag::host {

/// Under the 398 days that browsers accept of a server's certificate; Apple accepts kMostLeafDays of a private
/// authority.
inline constexpr int kLeafDays = 397;
inline constexpr int kMostLeafDays = 825;
inline constexpr int kAuthorityDays = 3650;

struct AuthorityRequest {
  std::string name;                     ///< its common name, is_common_name()
  std::vector<std::string> host_names;  ///< permitted beside kPrivateNames; for ever, constraints cannot be changed
  std::vector<std::string>
      allow_domains;  ///< as host_names, but asked for: refused when an authority is there that lacks one
};

/// Makes the folder (0700), ca.key and ca.crt. False when there is an authority already: nothing is changed then.
/// Also refuses half an authority (one of the two files), a folder that others may write to, and a clock before 2024.
bool make_authority(const std::filesystem::path& folder, const AuthorityRequest& request,
                    Time now = std::chrono::system_clock::now());

struct ServerRequest {
  std::string name;              ///< file name and common name, is_file_stem()
  std::vector<std::string> dns;  ///< with `ip` at least one
  std::vector<std::string> ip;
  int days = kLeafDays;  ///< 1 to kMostLeafDays
};

struct IssuedFiles {
  std::filesystem::path certificate;
  std::filesystem::path key;
  CertificateInfo info;
  bool renewed = false;  ///< there was such a certificate before
};

class Authority {
 public:
  /// Opens the authority of `folder`.
  explicit Authority(std::filesystem::path folder);

  const CertificateInfo& info() const { return info_; }
  const PermittedNames& permitted() const { return permitted_; }
  std::filesystem::path certificate_file() const { return folder_ / "ca.crt"; }

  /// A certificate for serverAuth with the names asked for, each permitted by the authority.
  IssuedFiles issue_server(const ServerRequest& request, Time now = std::chrono::system_clock::now()) const;

  /// A certificate for clientAuth: common name `id`, alternative name `urn:m2ag:device:<id>`.
  IssuedFiles issue_client(const std::string& id, int days = kLeafDays,
                           Time now = std::chrono::system_clock::now()) const;

  /// True when `name` has a certificate for `use` of this authority with at least `names`, its own key and over
  /// kRenewDays left.
  bool is_current(const std::string& name, CertificateUse use, const std::vector<std::string>& names,
                  Time now = std::chrono::system_clock::now()) const;

 private:
  IssuedFiles issue(CertificateRequest request, const std::string& name, int days, Time now) const;
  void check_place(const std::filesystem::path& file, CertificateUse use) const;

  std::filesystem::path folder_;
  std::vector<CertificateHandle> certificates_;  // ca.crt may be a bundle; the first signs
  KeyHandle key_;
  CertificateInfo info_;
  PermittedNames permitted_;
};

/// "DNS:pi.local", "IP:127.0.0.1": the checked and unique form of the names asked for. Throws std::invalid_argument.
std::vector<std::string> server_names(const std::vector<std::string>& dns, const std::vector<std::string>& ip);

/// "URI:urn:m2ag:device:<id>".
std::string device_name(const std::string& id);

}  // namespace m2ag::host
