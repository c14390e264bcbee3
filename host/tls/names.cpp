#include "tls/names.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <openssl/asn1.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>

#include "tls/openssl.h"

namespace m2ag::host {

const std::array<const char*, 12> kPrivateNames = {
    "DNS:local",
    "DNS:lan",
    "DNS:home.arpa",
    "DNS:localhost",
    "IP:10.0.0.0/255.0.0.0",
    "IP:172.16.0.0/255.240.0.0",
    "IP:192.168.0.0/255.255.0.0",
    "IP:127.0.0.0/255.0.0.0",
    "IP:169.254.0.0/255.255.0.0",
    "IP:fc00::/fe00::",
    "IP:fe80::/ffc0::",
    "IP:::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
};

namespace {

bool is_id_character(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; }

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), is_id_character);
}

// 4 or 16 bytes in network order, empty when `text` is no address.
std::string address_bytes(const std::string& text) {
  std::array<char, 16> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return {bytes.data(), 4};
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return {bytes.data(), 16};
  return {};
}

std::string address_text(std::string_view bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(bytes.size() == 4 ? AF_INET : AF_INET6, bytes.data(), text.data(), text.size());
  return text.data();
}

// "10.0.0.0/8", or with the whole mask when it is no prefix.
std::string network_text(std::string_view address, std::string_view mask) {
  int bits = 0;
  for (const char each : mask) bits += std::popcount(static_cast<unsigned char>(each));
  bool prefix = true;
  for (int i = 0; i < static_cast<int>(mask.size()) * 8; ++i) {
    const bool set = (mask[static_cast<std::size_t>(i / 8)] >> (7 - i % 8) & 1) != 0;
    prefix = prefix && set == (i < bits);
  }
  return prefix ? fmt::format("{}/{}", address_text(address), bits)
                : fmt::format("{}/{}", address_text(address), address_text(mask));
}

std::string octets(const ASN1_STRING* value) {
  const unsigned char* data = ASN1_STRING_get0_data(value);
  return {data, data + ASN1_STRING_length(value)};
}

// Empty for loopback, link-local and other families.
std::string usable_address(const sockaddr* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, address, sizeof v4);
    const in_addr_t value = ntohl(v4.sin_addr.s_addr);
    if (value >> 24 == 127 || value >> 16 == 0xa9fe) return {};
    inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
  } else if (address->sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, address, sizeof v6);
    const bool link_local = v6.sin6_addr.s6_addr[0] == 0xfe && (v6.sin6_addr.s6_addr[1] & 0xc0) == 0x80;
    if (link_local || std::memcmp(&v6.sin6_addr, &in6addr_loopback, sizeof v6.sin6_addr) == 0) return {};
    inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
  }
  return text.data();
}

}  // namespace

std::optional<std::string> normal_dns_name(std::string_view text) {
  std::string name(text);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (name.empty() || name.size() > 253 || normal_ip_address(name)) return std::nullopt;
  std::string_view rest = name;
  for (auto dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
    if (!is_label(rest.substr(0, dot))) return std::nullopt;
    rest.remove_prefix(dot + 1);
  }
  if (!is_label(rest)) return std::nullopt;
  return name;
}

std::optional<std::string> normal_ip_address(std::string_view text) {
  const std::string bytes = address_bytes(std::string(text));
  // A NUL inside would end the text for inet_pton, not for the certificate.
  if (bytes.empty() || text.find('\0') != std::string_view::npos) return std::nullopt;
  return address_text(bytes);
}

bool is_device_id(std::string_view text) {
  return !text.empty() && text.size() <= 63 && std::all_of(text.begin(), text.end(), is_id_character);
}

bool is_file_stem(std::string_view text) {
  const auto at_edge = [](char c) { return c == '.' || c == '-'; };
  return !text.empty() && text.size() <= 63 && !at_edge(text.front()) && !at_edge(text.back()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return c == '.' || is_id_character(c); });
}

bool is_common_name(std::string_view text) {
  if (text.empty() || text.size() > 64) return false;
  const std::string bytes(text);
  const auto* next = reinterpret_cast<const unsigned char*>(bytes.data());
  for (int left = static_cast<int>(bytes.size()); left > 0;) {
    unsigned long point = 0;
    const int length = UTF8_getc(next, left, &point);
    if (length <= 0 || point < 0x20 || point == 0x7f) return false;
    next += length;
    left -= length;
  }
  return true;
}

std::optional<std::string> local_host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return std::nullopt;
  return normal_dns_name(name.data());
}

std::vector<std::string> local_addresses() {
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) != 0) return {};
  const std::unique_ptr<ifaddrs, OpensslDelete<freeifaddrs>> owner(first);
  std::vector<std::string> addresses;
  for (const ifaddrs* each = first; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr || (each->ifa_flags & IFF_UP) == 0) continue;
    if (std::string text = usable_address(each->ifa_addr); !text.empty()) addresses.push_back(std::move(text));
  }
  return addresses;
}

PermittedNames::PermittedNames(const X509& authority) {
  using Constraints = std::unique_ptr<NAME_CONSTRAINTS, OpensslDelete<NAME_CONSTRAINTS_free>>;
  const Constraints constraints(
      static_cast<NAME_CONSTRAINTS*>(X509_get_ext_d2i(&authority, NID_name_constraints, nullptr, nullptr)));
  if (!constraints) return;
  for (int i = 0; i < sk_GENERAL_SUBTREE_num(constraints->permittedSubtrees); ++i) {
    const GENERAL_NAME* base = sk_GENERAL_SUBTREE_value(constraints->permittedSubtrees, i)->base;
    if (base->type == GEN_DNS) {
      constrains_dns_ = true;
      domains_.push_back(octets(base->d.dNSName));
    } else if (base->type == GEN_IPADD) {
      constrains_ip_ = true;
      const std::string both = octets(base->d.iPAddress);
      if (both.size() == 8 || both.size() == 32)
        networks_.push_back({both.substr(0, both.size() / 2), both.substr(both.size() / 2)});
    }
  }
}

bool PermittedNames::dns(std::string_view name) const {
  return !constrains_dns_ || std::any_of(domains_.begin(), domains_.end(), [&](std::string_view domain) {
    if (name.size() <= domain.size()) return name == domain;
    const auto cut = name.size() - domain.size();
    return name.substr(cut) == domain && name[cut - 1] == '.';
  });
}

bool PermittedNames::ip(const std::string& address) const {
  const std::string bytes = address_bytes(address);
  return !constrains_ip_ || std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
    if (network.address.size() != bytes.size()) return false;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if ((bytes[i] & network.mask[i]) != network.address[i]) return false;
    }
    return true;
  });
}

std::string PermittedNames::text() const {
  std::vector<std::string> parts = domains_;
  for (const auto& network : networks_) parts.push_back(network_text(network.address, network.mask));
  return parts.empty() ? "every name" : fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace m2ag::host
