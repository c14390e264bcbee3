// The names a certificate may carry: their syntax, what an authority permits, and the names of this machine. Knows no
// files. Free of state: every function may be called from any thread.
#pragma once

#include <openssl/x509.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace m2ag::host {

/// Lower case of a DNS name of 1 to 253 characters in labels of `[a-z0-9-]`; nullopt when it is none, an IP address or
/// a wildcard.
std::optional<std::string> normal_dns_name(std::string_view text);

/// The usual form of an IPv4 or IPv6 address ("::1"); nullopt when it is none or has a zone ("fe80::1%eth0").
std::optional<std::string> normal_ip_address(std::string_view text);

/// A device id of the MQTT contract: `[a-z0-9-]{1,63}`.
bool is_device_id(std::string_view text);

/// A certificate's file name without ending: `[a-z0-9.-]{1,63}` with no dot or dash at either end.
bool is_file_stem(std::string_view text);

/// 1 to 64 bytes of UTF-8 (RFC 5280's upper bound of a common name) without control characters.
bool is_common_name(std::string_view text);

/// This machine's host name as a DNS name; nullopt when it is not fit for one.
std::optional<std::string> local_host_name();

/// Addresses of the interfaces that are up, without loopback and link-local ones.
std::vector<std::string> local_addresses();

/// The subtrees an authority's name constraints permit (RFC 5280 §4.2.1.10).
class PermittedNames {
 public:
  /// Those of `authority`. One without constraints permits everything.
  explicit PermittedNames(const X509& authority);

  /// `name` as normal_dns_name gives it.
  bool dns(std::string_view name) const;
  /// `address` as normal_ip_address gives it.
  bool ip(const std::string& address) const;

  const std::vector<std::string>& domains() const { return domains_; }
  /// "local, lan, 10.0.0.0/8", for a sentence.
  std::string text() const;

 private:
  struct Network {
    std::string address;  // 4 or 16 bytes
    std::string mask;     // as long as the address
  };
  bool constrains_dns_ = false;
  bool constrains_ip_ = false;
  std::vector<std::string> domains_;
  std::vector<Network> networks_;
};

/// What every authority made here permits beside the host's name and the domains asked for: "DNS:local",
/// "IP:10.0.0.0/255.0.0.0", … Names and networks that are never public (RFC 6762, 8375, 6761, 1918, 3927, 4193, 4291).
extern const std::array<const char*, 12> kPrivateNames;

}  // namespace m2ag::host
