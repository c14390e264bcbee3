#include "config/isolation_check.h"

#include "catch.h"
#include "config/test_descriptor.h"

namespace m2ag::host {
namespace {

TEST_CASE("a component in a process of its own needs a broker, and no lane with others") {
  const Reading good = read(
      "device: { id: x }\nmqtt: { url: mqtt://h }\ncomponents:\n"
      "  pump: { type: relay, line: a, isolation: process }\n  vent: { type: relay, line: b, isolation: none }\n");
  REQUIRE(good.problems.empty());
  CHECK(good.descriptor->components[0].isolated);
  CHECK_FALSE(good.descriptor->components[1].isolated);
  CHECK_FALSE(good.descriptor->components[0].settings.find("isolation"));
  CHECK_FALSE(good.descriptor->components[0].same_as(
      read("device: { id: x }\ncomponents: { pump: { type: relay, line: a } }\n").descriptor->components[0]));

  CHECK(read("device: { id: x }\nmqtt: { url: mqtt://h }\ncomponents:\n"
             "  pump: { type: relay, line: a, isolation: proces }\n")
            .problems ==
        "greenhouse.yaml:4:44: components.pump.isolation: \"proces\" is not one of none, process, did you "
        "mean \"process\"?\n");
  CHECK(
      read("device: { id: x }\ncomponents:\n  pump:\n    type: relay\n    line: a\n    isolation: process\n")
          .problems ==
      "greenhouse.yaml:6:16: components.pump.isolation: a process of its own speaks with the others over MQTT, and there "
      "is no broker: give mqtt.url, or take \"isolation: process\" away\n");
  CHECK(read("device: { id: x }\nmqtt: { url: mqtt://h }\ncomponents:\n"
             "  pump: { type: relay, line: a, lane: wet, isolation: process }\n")
            .problems ==
        "greenhouse.yaml:4:55: components.pump.isolation: a lane is shared within one process: take "
        "\"lane: wet\" away, or \"isolation: process\"\n");
}

TEST_CASE("a setting that names a component of another process is a mistake") {
  const std::string top = "device: { id: x }\nmqtt: { url: mqtt://h }\ncomponents:\n  air: { type: bmp280 }\n";
  const std::string pump = "  pump: { type: relay, line: vent, isolation: process }\n";
  CHECK(read(top + pump + "  vent: { type: relay, line: b, interlock: [vents] }\n").problems.empty());
  CHECK(
      read(top + pump + "  vent: { type: relay, line: b, interlock: [air, pump] }\n").problems ==
      "greenhouse.yaml:6:50: components.vent.interlock[1]: \"pump\" names a component in another process, which is not "
      "reached from here: take \"isolation: process\" of pump away\n");
  CHECK(read(top + "  vent: { type: relay, line: b, isolation: process, interlock: [air/temperature, air/x] }\n")
            .problems ==
        "greenhouse.yaml:5:65: components.vent.interlock[0]: \"air/temperature\" names a component in another process, "
        "which is not reached from here: take \"isolation: process\" of vent away\n");
}

}  // namespace
}  // namespace m2ag::host
