// Where a broker is: the URL of a descriptor taken apart. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace m2ag::host {

struct BrokerAddress {
  bool tls = false;
  std::string host;  ///< an IPv6 address without brackets
  std::uint16_t port = 0;
};

/// `mqtts://host[:8883]` or `mqtt://host[:1883]`. Throws std::invalid_argument with a sentence that says what was found and expected, and
/// shows no password that stands in it.
BrokerAddress parse_broker_url(std::string_view url);

}  // namespace m2ag::host
