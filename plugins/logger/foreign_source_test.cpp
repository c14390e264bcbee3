#include "foreign_source.h"

#include "catch.h"

using namespace logger;

namespace {

std::map<std::string, m2ag::Value> readings(const ForeignSettings& settings, std::string_view topic,
                                            std::string_view payload) {
  std::string problem;
  std::map<std::string, m2ag::Value> found;
  for (Reading& reading : ForeignSource(settings).read(topic, payload, problem)) found[reading.series] = reading.value;
  return found;
}

std::string problem_of(const ForeignSettings& settings, std::string_view topic, std::string_view payload) {
  std::string problem;
  ForeignSource(settings).read(topic, payload, problem);
  return problem;
}

const ForeignSettings kZigbee{"zigbee2mqtt/+",
                              "zigbee/{1}",
                              {{"temperature", "/temperature"}, {"humidity", "/humidity"}, {"contact", "/contact"}}};

}  // namespace

// The fields of a WSDCGQ11LM as zigbee2mqtt publishes them (its page on usage over MQTT).
TEST_CASE("a zigbee2mqtt payload becomes series") {
  const auto found = readings(
      kZigbee, "zigbee2mqtt/cellar",
      R"({"battery":100,"humidity":53.27,"linkquality":86,"pressure":990,"temperature":27.34,"voltage":3005})");
  CHECK(found ==
        std::map<std::string, m2ag::Value>{{"zigbee/cellar/temperature", 27.34}, {"zigbee/cellar/humidity", 53.27}});
  CHECK(readings(kZigbee, "zigbee2mqtt/door", R"({"contact":false})").at("zigbee/door/contact") == m2ag::Value(false));
}

// SENSOR of Tasmota with a DS18B20 (its documentation, page DS18x20), and STATE's POWER.
TEST_CASE("a Tasmota payload becomes series") {
  const ForeignSettings sensor{"tele/+/SENSOR", "tasmota/{1}", {{"temperature", "/DS18B20/Temperature"}}};
  const auto found =
      readings(sensor, "tele/boiler/SENSOR",
               R"({"Time":"2021-01-02T09:09:44","DS18B20":{"Id":"00000566E8B9","Temperature":20.3},"TempUnit":"C"})");
  CHECK(found == std::map<std::string, m2ag::Value>{{"tasmota/boiler/temperature", 20.3}});
  const ForeignSettings power{"stat/+/POWER", "tasmota/{1}/power", {}};
  CHECK(readings(power, "stat/plug/POWER", "ON") == std::map<std::string, m2ag::Value>{{"tasmota/plug/power", true}});
}

TEST_CASE("what is not there is no reading, what is no payload is told") {
  CHECK(readings(kZigbee, "zigbee2mqtt/bridge/state", R"({"temperature":1})").empty());
  CHECK(readings(kZigbee, "zigbee2mqtt/x", R"({"temperature":null,"humidity":{"value":1}})").empty());
  CHECK(problem_of(kZigbee, "zigbee2mqtt/x", "21.5").empty());
  CHECK(problem_of(kZigbee, "zigbee2mqtt/x", "").empty());
  CHECK(problem_of(kZigbee, "zigbee2mqtt/x", "{\"temperature\":") == "the payload is no JSON");
  CHECK(problem_of({"a", "b", {}}, "a", "nan").find("neither") != std::string::npos);
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  CHECK(readings(kZigbee, "zigbee2mqtt/x", deep).empty());
}

TEST_CASE("a number in quotes is a number, a word a text") {
  const ForeignSettings each{"a", "s", {{"n", "/n"}, {"w", "/w"}}};
  CHECK(readings(each, "a", R"({"n":"21.5","w":"heating"})") ==
        std::map<std::string, m2ag::Value>{{"s/n", 21.5}, {"s/w", std::string("heating")}});
}

TEST_CASE("a wrong pointer is told where it stands") {
  CHECK_THROWS_WITH(ForeignSource({"a", "b", {{"t", "temperature"}}}),
                    Catch::Matchers::Contains("values.t: \"temperature\" is no JSON pointer"));
}
