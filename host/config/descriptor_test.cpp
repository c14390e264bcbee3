#include "config/descriptor.h"

#include "catch.h"
#include "config/test_descriptor.h"
#include "core/json.h"

namespace m2ag::host {
namespace {

constexpr const char* kFull = R"(# yaml-language-server: $schema=./m2ag.schema.json
device: { id: greenhouse, name: Green house, groups: [ground-floor] }
mqtt:
  url: mqtts://localhost:8883
  version: 5
  keep_alive: 15s
  tls: { ca: tls/ca.crt, cert: /etc/ssl/g.crt, key: tls/g.key }
log: { level: debug }
state: { file: db/state.db }
simulated:
  i2c:
    i2c-1:
      0x76: { chip: bmp280, temperature: 25 }
    i2c-9:
  gpio: [GPIO17, GPIO27]
components:
  air:
    type: bmp280
    name: Air
    address: 0x76
    interval: 2s
    lane: i2c-1
    publish_json: on
    channels:
      temperature: { name: Air temperature }
  pump:
    type: relay
    enabled: no
    line: GPIO17
)";

TEST_CASE("a whole descriptor becomes data") {
  const Reading reading = read(kFull);
  REQUIRE(reading.problems.empty());
  const Descriptor& descriptor = *reading.descriptor;
  const std::string folder = descriptor.file.parent_path().string();
  CHECK(descriptor.device.id == "greenhouse");
  CHECK(descriptor.device.name == "Green house");
  CHECK(descriptor.device.groups == std::vector<std::string>{"ground-floor"});
  CHECK(descriptor.mqtt.url == "mqtts://localhost:8883");
  CHECK(descriptor.mqtt.base_topic == "m2ag");
  CHECK(descriptor.mqtt.client_id == "m2ag-greenhouse");
  CHECK(descriptor.mqtt.version == "5");
  CHECK(descriptor.mqtt.keep_alive == std::chrono::seconds(15));
  REQUIRE(descriptor.mqtt.tls.has_value());
  CHECK(descriptor.mqtt.tls->ca == folder + "/tls/ca.crt");
  CHECK(descriptor.mqtt.tls->cert == "/etc/ssl/g.crt");
  CHECK(descriptor.mqtt.tls->verify_host);
  CHECK(descriptor.log.level == LogLevel::debug);
  CHECK(descriptor.state.file == folder + "/db/state.db");
  CHECK(descriptor.simulated.buses == std::vector<std::string>{"i2c-1", "i2c-9"});
  REQUIRE(descriptor.simulated.chips.size() == 1);
  CHECK(descriptor.simulated.chips[0].address == 0x76);
  CHECK(descriptor.simulated.chips[0].chip == "bmp280");
  CHECK(dump_json(descriptor.simulated.chips[0].settings) == R"({"temperature":25.0})");
  CHECK(descriptor.simulated.lines == std::vector<std::string>{"GPIO17", "GPIO27"});
  REQUIRE(descriptor.components.size() == 2);
  const ComponentSection& air = descriptor.components[0];
  CHECK(air.id == "air");
  CHECK(air.type == "bmp280");
  CHECK(air.name == "Air");
  CHECK(air.lane == "i2c-1");
  CHECK(air.interval == std::chrono::seconds(2));
  CHECK(air.publish_json);
  REQUIRE(air.channels.size() == 1);
  CHECK(air.channels.at("temperature").name == "Air temperature");
  CHECK(dump_json(air.settings) == R"({"address":118,"bus":"i2c-1","offset":0.0})");
  CHECK(air.mark.line == 17);
  CHECK_FALSE(descriptor.components[1].enabled);
  CHECK(descriptor.components[1].interval.count() == 0);
}

TEST_CASE("the least a descriptor needs, and what it gets by itself") {
  const Reading reading = read("device: { id: x }\ncomponents: { air: { type: bmp280 } }\n");
  REQUIRE(reading.problems.empty());
  CHECK(reading.descriptor->device.name == "x");
  CHECK(reading.descriptor->mqtt.url.empty());
  CHECK(reading.descriptor->mqtt.base_topic == "m2ag");
  CHECK_FALSE(reading.descriptor->mqtt.tls.has_value());
  CHECK(reading.descriptor->log.level == LogLevel::info);
  CHECK(std::filesystem::path(reading.descriptor->state.file).filename() == "greenhouse.state.db");
  CHECK(reading.descriptor->components[0].interval == std::chrono::seconds(10));
  CHECK(read("device: { id: x }\n", {{{"STATE_DIRECTORY", "/var/lib/m2ag/x:/other"}}, "h"}).descriptor->state.file ==
        "/var/lib/m2ag/x/state.db");
}

TEST_CASE("a file with five mistakes has exactly five problems") {
  const Reading reading = read(R"(device: { id: greenhouse }
mqtt:
  url: mqtts://localhost:8883
  keep_alife: 10s
components:
  air:
    type: bmp280
    interval: ten
    address: 0x99
  pump:
    type: rellay
    line: GPIO17
  status:
    type: relay
    line: GPIO18
)");
  CHECK_FALSE(reading.descriptor.has_value());
  CHECK(
      reading.problems ==
      "greenhouse.yaml:4:3: mqtt.keep_alife: unknown key, did you mean \"keep_alive\"?\n"
      "greenhouse.yaml:8:15: components.air.interval: expected a duration such as 10s, found \"ten\"\n"
      "greenhouse.yaml:9:14: components.air.address: 0x99 is not one of 0x76, 0x77\n"
      "greenhouse.yaml:11:11: components.pump.type: no plugin offers the type \"rellay\", did you mean \"relay\"?\n"
      "greenhouse.yaml:13:3: components.status: \"status\" is reserved, it is a topic of the host's own; choose another id\n");
}

TEST_CASE("each mistake of the host's own keys has its place and its sentence") {
  struct Case {
    const char* text;
    const char* problems;
  };
  const std::string device = "device: { id: x }\n";
  const Case alone[] = {
      {"", "greenhouse.yaml:1:1: the descriptor is empty; it needs at least \"device: { id: … }\"\n"},
      {"device:x\n", "greenhouse.yaml:1:1: expected keys such as \"device:\"; is a space missing after \":\"?\n"},
      {"- x\n", "greenhouse.yaml:1:1: expected keys such as \"device:\"\n"},
      {"log: {}\n", "greenhouse.yaml:1:1: the required key \"device\" is missing (which device this is)\n"},
      {"device:\n",
       "greenhouse.yaml:1:1: device: the required key \"id\" is missing (id of the device, the second level of its topics)\n"},
      {"device: x\n", "greenhouse.yaml:1:9: device: expected a map of settings, found \"x\"\n"},
      {"device: { id: Green House }\n",
       "greenhouse.yaml:1:15: device.id: \"Green House\" is not an id, expected 1 to 63 of a-z, 0-9 and \"-\", such as \"green-house\"\n"},
      {"device: { id: grün }\n",
       "greenhouse.yaml:1:15: device.id: \"grün\" is not an id, expected 1 to 63 of a-z, 0-9 and \"-\"\n"},
      {"device: { id: all }\n",
       "greenhouse.yaml:1:15: device.id: \"all\" is reserved, it is a topic of the host's own; choose another id\n"},
      {"device: { id: x, groups: [a, B] }\n",
       "greenhouse.yaml:1:30: device.groups[1]: \"B\" is not an id, expected 1 to 63 of a-z, 0-9 and \"-\", such as \"b\"\n"},
      {"device: { id: ${ROOM} }\n", "greenhouse.yaml:1:15: inside [ ] and { } a ${…} must be in quotes\n"},
      {"device: { id: \"${ROOM}\" }\n", "greenhouse.yaml:1:15: device.id: the environment variable ROOM is not set\n"},
  };
  for (const Case& each : alone) {
    INFO(each.text);
    CHECK(read(each.text).problems == each.problems);
  }
  const Case after_device[] = {
      {"componets: {}\n", "greenhouse.yaml:2:1: componets: unknown key, did you mean \"components\"?\n"},
      {"plugins: []\n",
       "greenhouse.yaml:2:1: plugins: unknown key, known are device, mqtt, log, state, simulated, components\n"},
      {"mqtt: {}\n",
       "greenhouse.yaml:2:1: mqtt: the required key \"url\" is missing (the broker, mqtts://host:port or mqtt://host:port)\n"},
      {"mqtt: { url: localhost }\n",
       "greenhouse.yaml:2:14: mqtt.url: \"localhost\": not an MQTT address; expected mqtts://host:8883 or mqtt://host:1883\n"},
      {"mqtt: { url: \"mqtt://me:hunter2@h\" }\n",
       "greenhouse.yaml:2:14: mqtt.url: user and password do not belong into the address, expected mqtts://host:8883; write username and password\n"},
      {"mqtt: { url: \"mqtt://h:99999\" }\n",
       "greenhouse.yaml:2:14: mqtt.url: \"mqtt://h:99999\": the port is not 1 to 65535; expected mqtts://host:8883 or mqtt://host:1883\n"},
      {"mqtt: { url: \"mqtt://[::1\" }\n",
       "greenhouse.yaml:2:14: mqtt.url: \"mqtt://[::1\": \"[\" without \"]\"; expected mqtts://host:8883 or mqtt://host:1883\n"},
      {"mqtt: { url: \"mqtt://:1883\" }\n",
       "greenhouse.yaml:2:14: mqtt.url: \"mqtt://:1883\": no host; expected mqtts://host:8883 or mqtt://host:1883\n"},
      {"mqtt: { url: \"mqtt://h\", base_topic: a//b }\n",
       "greenhouse.yaml:2:38: mqtt.base_topic: \"a//b\" is no topic to build on: no empty level, no \"+\" or \"#\", no \"$\" at the front, at most 255 bytes\n"},
      {"mqtt: { url: \"mqtt://h\", base_topic: \"a/#\" }\n",
       "greenhouse.yaml:2:38: mqtt.base_topic: \"a/#\" is no topic to build on: no empty level, no \"+\" or \"#\", no \"$\" at the front, at most 255 bytes\n"},
      {"mqtt: { url: \"mqtt://h\", version: 3 }\n",
       "greenhouse.yaml:2:35: mqtt.version: \"3\" is not one of auto, 5, 3.1.1\n"},
      {"mqtt: { url: \"mqtt://h\", keep_alive: 1s }\n",
       "greenhouse.yaml:2:38: mqtt.keep_alive: 1s is out of range, expected 5s to 1h\n"},
      {"mqtt: { url: \"mqtt://h\", tls: { ca: x } }\n",
       "greenhouse.yaml:2:26: mqtt.tls: the url is not encrypted (mqtt://); write mqtts:// or leave tls out\n"},
      {"mqtt: { url: \"mqtts://h\", tls: { cert: x } }\n",
       "greenhouse.yaml:2:27: mqtt.tls: cert and key belong together, the key is missing\n"},
      {"mqtt: { url: \"mqtts://h\", password: !secret nothing }\n",
       "greenhouse.yaml:2:37: mqtt.password: there is no secret \"nothing\" in secrets.yaml\n"},
      {"state: { file: ./greenhouse.yaml }\n",
       "greenhouse.yaml:2:16: state.file: is another file of this device; the database needs its own\n"},
      {"state: { file: secrets.yaml }\n",
       "greenhouse.yaml:2:16: state.file: is another file of this device; the database needs its own\n"},
      {"mqtt: { url: \"mqtts://h\", tls: { ca: ca.crt } }\nstate: { file: ca.crt }\n",
       "greenhouse.yaml:3:16: state.file: is another file of this device; the database needs its own\n"},
      {"log: { level: warn }\n",
       "greenhouse.yaml:2:15: log.level: \"warn\" is not one of debug, info, warning, error\n"},
      {"log: { level: debg }\n",
       "greenhouse.yaml:2:15: log.level: \"debg\" is not one of debug, info, warning, error, did you mean \"debug\"?\n"},
      {"simulated: [x]\n", "greenhouse.yaml:2:12: simulated: expected a map with i2c and gpio\n"},
      {"simulated: { i3c: {} }\n", "greenhouse.yaml:2:14: simulated.i3c: unknown key, did you mean \"i2c\"?\n"},
      {"simulated: { i2c: { i2c-1: { 0x99: { chip: bmp280 } } } }\n",
       "greenhouse.yaml:2:30: simulated.i2c.i2c-1.0x99: \"0x99\" is no address of a chip, expected 0x08 to 0x77\n"},
      {"simulated: { i2c: { i2c-1: { 0x76: { chip: bmp280 }, 118: { chip: bmp280 } } } }\n",
       "greenhouse.yaml:2:54: simulated.i2c.i2c-1.118: the address is taken already at greenhouse.yaml:2:30\n"},
      {"simulated: { i2c: { i2c-1: { 0x76: { chip: bmp180, temperature: 7 } } } }\n",
       "greenhouse.yaml:2:44: simulated.i2c.i2c-1.0x76.chip: no plugin offers the chip \"bmp180\"\n"},
      {"simulated: { i2c: { i2c-1: { 0x76: { chip: bmp280, temperature: 99, humidity: 7 } } } }\n",
       "greenhouse.yaml:2:65: simulated.i2c.i2c-1.0x76.temperature: 99 is out of range, expected -40 to 85\n"
       "greenhouse.yaml:2:69: simulated.i2c.i2c-1.0x76.humidity: unknown key, known are chip, temperature\n"},
      {"simulated: { i2c: { i2c-1: { 0x76: } } }\n",
       "greenhouse.yaml:2:30: simulated.i2c.i2c-1.0x76: the required key \"chip\" is missing (which model of a plugin)\n"},
      {"simulated: { i2c: { ../x: {} } }\n",
       "greenhouse.yaml:2:21: simulated.i2c.../x: expected the name of a bus, such as i2c-1\n"},
      {"simulated: { gpio: [GPIO17, GPIO17] }\n",
       "greenhouse.yaml:2:20: simulated.gpio: the line \"GPIO17\" stands here twice\n"},
      {"simulated: { gpio: GPIO17 }\n",
       "greenhouse.yaml:2:20: simulated.gpio: expected a list, found \"GPIO17\"; write [GPIO17]\n"},
      {"components: [x]\n", "greenhouse.yaml:2:13: components: expected a map of components, each an id with a type\n"},
      {"components: { pump: }\n",
       "greenhouse.yaml:2:15: components.pump: the required key \"type\" is missing (which type of a plugin)\n"},
      {"components: { pump: relay }\n",
       "greenhouse.yaml:2:21: components.pump: expected a map of settings, found \"relay\"\n"},
      {"components: { pump: { tpye: relay, line: a } }\n",
       "greenhouse.yaml:2:23: components.pump.tpye: unknown key, did you mean \"type\"?\n"},
      {"components: { pump: { type: [relay] } }\n",
       "greenhouse.yaml:2:29: components.pump.type: expected text, found a list\n"},
      {"components: { pump_1: { type: relay, line: a } }\n",
       "greenhouse.yaml:2:15: components.pump_1: \"pump_1\" is not an id, expected 1 to 63 of a-z, 0-9 and \"-\", such as \"pump-1\"\n"},
      {"components: { pump: { type: relay, line: a, interval: 1s } }\n",
       "greenhouse.yaml:2:45: components.pump.interval: unknown key, known are type, name, enabled, lane, isolation, publish_json, channels, line, active_low, "
       "restore, max_on, safe, interlock\n"},
      {"components: { pump: { type: relay, line: a, lane: A 1 } }\n",
       "greenhouse.yaml:2:51: components.pump.lane: \"A 1\" is not an id, expected 1 to 63 of a-z, 0-9 and \"-\", such as \"a-1\"\n"},
      {"components: { air: { type: bmp280, interval: 0s } }\n",
       "greenhouse.yaml:2:46: components.air.interval: 0s is out of range, expected 1ms to 7d\n"},
      {"components: { air: { type: bmp281, enabled: maybe, whatever: 1 } }\n",
       "greenhouse.yaml:2:28: components.air.type: no plugin offers the type \"bmp281\", did you mean \"bmp280\"?\n"
       "greenhouse.yaml:2:45: components.air.enabled: expected a boolean (true or false), found \"maybe\"\n"},
  };
  for (const Case& each : after_device) {
    INFO(each.text);
    CHECK(read(device + each.text).problems == each.problems);
  }
}

TEST_CASE("what is wrong in several files is told in one run") {
  const TestTypes types;
  const TestFolder folder;
  folder.write(
      "d.yaml",
      "device: { id: x }\nmqtt: { url: \"mqtt://h\", keep_alive: 1 }\ncomponents:\n  pump: !include pump.yaml\n");
  folder.write("pump.yaml", "type: relay\nlin: GPIO17\n");
  folder.write("components.d/a.yaml", "air:\n\ttype: bmp280\n");
  folder.write("components.d/b.yaml", "pump: { type: relay }\nsoil: { type: bmp280, offset: 11 }\n");
  Problems problems;
  CHECK_FALSE(read_descriptor(folder / "d.yaml", {}, &types, problems).has_value());
  CHECK(
      folder.without(problems.text()) ==
      "d.yaml:2:38: mqtt.keep_alive: expected a duration such as 10s, found \"1\": the unit is missing, one of us, ms, s, m, h, d\n"
      "pump.yaml:2:1: components.pump.lin: unknown key, did you mean \"line\"?\n"
      "components.d/a.yaml:2:1: a tab in the indentation; YAML wants spaces\n"
      "components.d/b.yaml:1:1: components.pump: the component stands already at d.yaml:4:3\n"
      "components.d/b.yaml:2:31: components.soil.offset: 11 is out of range, expected -10 to 10\n");
}

TEST_CASE("what the host shows in topics and logs cannot be a secret, and is not shown in the refusal") {
  const TestTypes types;
  const TestFolder folder;
  folder.write("d.yaml",
               "device: { id: !secret key, groups: [!secret key] }\n"
               "mqtt: { url: !secret key, username: !secret key, password: !secret key }\n"
               "simulated: { gpio: [!secret key] }\n"
               "components:\n  pump: { type: !secret key, lane: !secret key, line: !secret key }\n"
               "  air: { <<: { type: !secret key }, interval: !secret key }\n");
  std::filesystem::permissions(folder.write("secrets.yaml", "key: hunter2\n"), std::filesystem::perms::owner_read);
  Problems problems;
  CHECK_FALSE(read_descriptor(folder / "d.yaml", {}, &types, problems).has_value());
  const std::string text = problems.text();
  INFO(text);
  CHECK(text.find("hunter2") == text.npos);
  for (const char* path : {"device.id", "device.groups[0]", "mqtt.url", "simulated.gpio[0]", "components.pump.type",
                           "components.pump.lane", "components.air.type", "components.air.interval"}) {
    CHECK_THAT(text, Catch::Contains(std::string(path) + ": cannot come from !secret: it is shown in topics or logs"));
  }
  CHECK(problems.errors() == 8);
}

TEST_CASE("in a file of components.d the components stand without \"components:\" above them") {
  const TestTypes types;
  const TestFolder folder;
  folder.write("d.yaml", "device: { id: x }\n");
  folder.write("components.d/a.yaml", "components:\n  pump: { type: relay, line: a }\n");
  Problems problems;
  CHECK_FALSE(read_descriptor(folder / "d.yaml", {}, &types, problems).has_value());
  CHECK(folder.without(problems.text()) ==
        "components.d/a.yaml:1:1: components.components: a file of components.d begins with the components themselves, "
        "without \"components:\" above them\n");
}

TEST_CASE("a descriptor that cannot be read does not hide the components beside it, and is not complained of twice") {
  const TestTypes types;
  const TestFolder folder;
  folder.write("d.yaml", "device: { id: x\n");
  folder.write("components.d/a.yaml", "pump: { type: relay }\n");
  Problems problems;
  CHECK_FALSE(read_descriptor(folder / "d.yaml", {}, &types, problems).has_value());
  CHECK(
      folder.without(problems.text()) ==
      "d.yaml:2:1: expected \",\" or \"}\": the \"{\" of line 1 is not closed\n"
      "components.d/a.yaml:1:1: components.pump: the required key \"line\" is missing (GPIO line that drives the relay)\n");
}

TEST_CASE("without types only what leads to the broker is read") {
  const TestFolder folder;
  folder.write(
      "d.yaml",
      "device: { id: x }\nmqtt: { url: \"mqtt://h\" }\ncomponents: { a: { type: none } }\nsimulated: { x: 1 }\n");
  Problems problems;
  const auto descriptor = read_descriptor(folder / "d.yaml", {}, nullptr, problems);
  REQUIRE(descriptor.has_value());
  CHECK(descriptor->mqtt.url == "mqtt://h");
  CHECK(descriptor->components.empty());
}

TEST_CASE("a component is the same when nothing but its place changed") {
  const Reading before = read("device: { id: x }\ncomponents: { pump: { type: relay, line: a } }\n");
  const Reading moved =
      read("device: { id: x }\n# a comment\ncomponents:\n  pump: { type: relay, line: a, active_low: no }\n");
  const Reading changed = read("device: { id: x }\ncomponents: { pump: { type: relay, line: a, max_on: 5s } }\n");
  CHECK(before.descriptor->components[0].same_as(moved.descriptor->components[0]));
  CHECK_FALSE(before.descriptor->components[0].same_as(changed.descriptor->components[0]));
}

}  // namespace
}  // namespace m2ag::host
