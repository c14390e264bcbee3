// What of a running device a new descriptor touches.
#include "config/changes.h"

#include "catch.h"

using namespace m2ag::host;

namespace {

ComponentSection component(std::string id, std::string type, m2ag::Value settings = m2ag::Value::Map{}) {
  ComponentSection section;
  section.id = std::move(id);
  section.type = std::move(type);
  section.settings = std::move(settings);
  return section;
}

Descriptor device() {
  Descriptor descriptor;
  descriptor.device = {"house", "House", {"garden"}};
  descriptor.mqtt.url = "mqtts://localhost:8883";
  descriptor.mqtt.tls = TlsSection{"ca.crt", "a.crt", "a.key", true};
  descriptor.simulated.lines = {"PUMP"};
  descriptor.simulated.chips = {{"i2c-1", 0x76, "bmp280", m2ag::Value::Map{}, {}}};
  descriptor.components = {component("pump", "relay", m2ag::Value::Map{{"line", "PUMP"}}), component("air", "bmp280")};
  return descriptor;
}

}  // namespace

TEST_CASE("nothing has changed when only places in files did") {
  Descriptor moved = device();
  std::swap(moved.components[0], moved.components[1]);
  moved.components[0].mark.line = 12;
  moved.simulated.chips[0].mark.line = 3;
  CHECK_FALSE(changes_between(device(), moved).any());
}

TEST_CASE("components are added, changed and removed one by one") {
  Descriptor after = device();
  after.components[0].settings = m2ag::Value::Map{{"line", "VENT"}};
  after.components[1].enabled = false;
  after.components.push_back(component("lamp", "relay"));
  const Changes changes = changes_between(device(), after);
  CHECK(changes.added == std::vector<std::string>{"lamp"});
  CHECK(changes.changed == std::vector<std::string>{"pump"});
  CHECK(changes.removed == std::vector<std::string>{"air"});
  CHECK_FALSE((changes.mqtt || changes.simulated || changes.live || changes.whole));
}

TEST_CASE("the host's own sections are told apart") {
  Descriptor after = device();
  SECTION("live") {
    after.log.level = m2ag::LogLevel::debug;
    const Changes changes = changes_between(device(), after);
    CHECK((changes.live && !changes.mqtt && !changes.simulated && !changes.whole));
  }
  SECTION("another certificate is another connection") {
    after.mqtt.tls->cert = "b.crt";
    const Changes changes = changes_between(device(), after);
    CHECK((changes.mqtt && !changes.live && !changes.whole));
  }
  SECTION("the base topic is the whole host's, not the connection's") {
    after.mqtt.base_topic = "home";
    const Changes changes = changes_between(device(), after);
    CHECK((changes.whole && !changes.mqtt));
  }
  SECTION("a chip") {
    after.simulated.chips[0].address = 0x77;
    CHECK(changes_between(device(), after).simulated);
  }
}

TEST_CASE("a process of its own is made anew with what it was given at its start") {
  Descriptor before = device();
  before.components[0].isolated = true;
  Descriptor after = before;
  SECTION("the log's level") { after.log.level = m2ag::LogLevel::debug; }
  SECTION("the groups") { after.device.groups.clear(); }
  SECTION("the broker") { after.mqtt.url = "mqtt://localhost:1883"; }
  SECTION("simulated hardware") { after.simulated.lines.emplace_back("VENT"); }
  SECTION("whether it is one") { after.components[0].isolated = false; }
  CHECK(changes_between(before, after).changed == std::vector<std::string>{"pump"});
  after = before;
  after.device.name = "Another";
  CHECK(changes_between(before, after).changed.empty());
}
