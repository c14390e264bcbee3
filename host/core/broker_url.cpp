#include "core/broker_url.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace m2ag::host {
namespace {

constexpr std::size_t kLongestHost = 253;  // RFC 1035 §2.3.4, as text
constexpr std::size_t kLongestShown = 80;

class UrlReader {
 public:
  explicit UrlReader(std::string_view url) : url_(url) {}

  BrokerAddress read() {
    BrokerAddress address;
    std::string_view rest = url_;
    if (rest.starts_with("mqtts://")) {
      address.tls = true;
      rest.remove_prefix(8);
    } else if (rest.starts_with("mqtt://")) {
      rest.remove_prefix(7);
    } else {
      refuse("not an MQTT address");
    }
    if (rest.ends_with('/')) rest.remove_suffix(1);
    if (rest.find_first_of("/?# \t") != rest.npos) refuse("text behind the host");
    const std::string_view port = rest.starts_with('[') ? take_ipv6(rest, address) : take_name(rest, address);
    address.port = address.tls ? 8883 : 1883;
    if (!port.empty()) address.port = port_of(port);
    return address;
  }

 private:
  [[noreturn]] void refuse(std::string_view finding) const {
    const bool cut = url_.size() > kLongestShown;
    throw std::invalid_argument(fmt::format("\"{}{}\": {}; expected mqtts://host:8883 or mqtt://host:1883",
                                            url_.substr(0, kLongestShown), cut ? "…" : "", finding));
  }

  std::string_view take_ipv6(std::string_view rest, BrokerAddress& address) const {
    const auto end = rest.find(']');
    if (end == rest.npos) refuse("\"[\" without \"]\"");
    address.host = rest.substr(1, end - 1);
    const auto fits = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
    };
    const std::string_view number =
        std::string_view(address.host).substr(0, address.host.find('%'));  // without its zone
    if (number.find(':') == number.npos || !std::all_of(number.begin(), number.end(), fits))
      refuse("no IPv6 address between \"[\" and \"]\"");
    rest.remove_prefix(end + 1);
    if (rest.empty()) return {};
    if (rest.front() != ':') refuse("text behind the host");
    if (rest.size() == 1) refuse("no port behind \":\"");
    return rest.substr(1);
  }

  std::string_view take_name(std::string_view rest, BrokerAddress& address) const {
    const auto colon = rest.rfind(':');
    address.host = rest.substr(0, colon);
    if (address.host.empty()) refuse("no host");
    if (address.host.find(':') != std::string::npos) refuse("an IPv6 address is written in [ ]");
    if (address.host.size() > kLongestHost) refuse("the host's name is longer than 253 characters");
    if (address.host.find_first_of("[]<>\"\\^`{}|%,;=&") != std::string::npos) refuse("no name of a host");
    if (colon == rest.npos) return {};
    if (colon + 1 == rest.size()) refuse("no port behind \":\"");
    return rest.substr(colon + 1);
  }

  std::uint16_t port_of(std::string_view text) const {
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number == 0 || number > 65535)
      refuse("the port is not 1 to 65535");
    return static_cast<std::uint16_t>(number);
  }

  const std::string_view url_;
};

}  // namespace

BrokerAddress parse_broker_url(std::string_view url) {
  if (url.find('@') != url.npos)
    throw std::invalid_argument(
        "user and password do not belong into the address, expected mqtts://host:8883; write username and password");
  return UrlReader(url).read();
}

}  // namespace m2ag::host
