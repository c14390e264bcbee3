#include "core/broker_url.h"

#include <stdexcept>

#include "catch.h"

using namespace m2ag::host;

TEST_CASE("a broker URL gives host, port and whether TLS is used") {
  const auto [url, tls, host, port] = GENERATE(table<std::string, bool, std::string, int>({
      {"mqtts://localhost", true, "localhost", 8883},
      {"mqtt://localhost", false, "localhost", 1883},
      {"mqtts://pi.local:1234/", true, "pi.local", 1234},
      {"mqtt://[::1]:65535", false, "::1", 65535},
      {"mqtts://[fd00::1]", true, "fd00::1", 8883},
      {"mqtt://10.0.0.5:1", false, "10.0.0.5", 1},
  }));
  const auto address = parse_broker_url(url);
  CHECK(address.tls == tls);
  CHECK(address.host == host);
  CHECK(address.port == port);
}

TEST_CASE("a broker URL that is none is refused with a sentence that says what is expected") {
  const std::string url = GENERATE(
      as<std::string>(), "", "localhost", "http://localhost", "mqtt://", "mqtt://:1883",
      "mqtt://host:", "mqtt://host:0", "mqtt://host:65536", "mqtt://host:1x", "mqtt://host:-1", "mqtt://user:word@host",
      "mqtt://host/path", "mqtt://fd00::1", "mqtt://[::1", "mqtts://[::1]junk", "mqtts://[]", "mqtt://[[]]", "mqtt://]",
      "mqtts://h?x=1", "mqtts://h#1", "mqtt://" + std::string(254, 'h'), "mqtt://[::1]1883", "mqtt://[::1]:");
  CHECK_THROWS_WITH(parse_broker_url(url), Catch::Contains("expected mqtts://host:8883"));
  CHECK_THROWS_AS(parse_broker_url(url), std::invalid_argument);
}
