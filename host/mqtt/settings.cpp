#include "mqtt/settings.h"

#include <fmt/format.h>

#include <charconv>
#include <stdexcept>

namespace m2ag::host {
namespace {

[[noreturn]] void refuse(std::string_view url, std::string_view finding) {
  throw std::invalid_argument(fmt::format("\"{}\": {}; expected mqtts://host:8883 or mqtt://host:1883", url, finding));
}

}  // namespace

std::string_view to_string(MqttVersion version) {
  switch (version) {
    case MqttVersion::v5: return "5";
    case MqttVersion::v3_1_1: return "3.1.1";
    case MqttVersion::any: break;
  }
  return "any";
}

BrokerAddress parse_broker_url(std::string_view url) {
  BrokerAddress address;
  std::string_view rest = url;
  if (rest.starts_with("mqtts://")) {
    address.tls = true;
    rest.remove_prefix(8);
  } else if (rest.starts_with("mqtt://")) {
    rest.remove_prefix(7);
  } else {
    refuse(url, "not an MQTT address");
  }
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find('@') != std::string_view::npos) refuse(url, "user and password do not belong into the address");
  if (rest.find_first_of("/ \t") != std::string_view::npos) refuse(url, "text behind the host");

  std::string_view port;
  if (rest.starts_with('[')) {
    const auto end = rest.find(']');
    if (end == std::string_view::npos) refuse(url, "\"[\" without \"]\"");
    address.host = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    if (!rest.empty() && rest.front() != ':') refuse(url, "text behind the host");
    if (!rest.empty()) port = rest.substr(1);
    if (!rest.empty() && port.empty()) refuse(url, "no port behind \":\"");
  } else {
    const auto colon = rest.rfind(':');
    address.host = rest.substr(0, colon);
    if (address.host.find(':') != std::string::npos) refuse(url, "an IPv6 address is written in [ ]");
    if (colon != std::string_view::npos) {
      port = rest.substr(colon + 1);
      if (port.empty()) refuse(url, "no port behind \":\"");
    }
  }
  if (address.host.empty()) refuse(url, "no host");

  address.port = address.tls ? 8883 : 1883;
  if (!port.empty()) {
    unsigned number = 0;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (error != std::errc{} || end != port.data() + port.size() || number == 0 || number > 65535)
      refuse(url, "the port is not 1 to 65535");
    address.port = static_cast<std::uint16_t>(number);
  }
  return address;
}

}  // namespace m2ag::host
