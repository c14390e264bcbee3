#include "config/isolated_document.h"

#include "catch.h"
#include "config/test_folder.h"
#include "config/test_types.h"

namespace m2ag::host {
namespace {

const TestTypes types;

Descriptor read(const std::filesystem::path& file) {
  Problems problems;
  auto descriptor = read_descriptor(file, {}, &types, problems);
  INFO(problems.text());
  REQUIRE(descriptor);
  return *descriptor;
}

Descriptor bind(const Sources& sources, const std::filesystem::path& file) {
  Problems problems;
  auto descriptor = bind_descriptor(sources, file, {}, &types, problems);
  INFO(problems.text());
  REQUIRE(descriptor);
  return *descriptor;
}

}  // namespace

TEST_CASE("an isolated component's process reads what its host has read, of it alone") {
  const TestFolder folder;
  folder.write("secrets.yaml", "password: \"12345\"\n");
  std::filesystem::permissions(folder / "secrets.yaml", std::filesystem::perms::owner_read);
  const auto file = folder.write("house.yaml", R"(
device: { id: house, groups: [garden] }
mqtt: { url: "mqtt://localhost:1883", password: !secret password, username: house }
log: { level: debug }
simulated: { gpio: [PUMP], i2c: { i2c-1: { 0x76: { chip: bmp280, temperature: 25 } } } }
components:
  air: { type: bmp280, interval: 2s }
  pump: { type: relay, line: "PUMP", isolation: process, name: "007" }
)");
  const Descriptor whole = read(file);
  REQUIRE(whole.components.size() == 2);
  CHECK(whole.components[1].isolated);
  std::filesystem::remove(file);

  const Descriptor alone = bind(read_isolated_document(isolated_document(whole, "pump"), file), file);
  CHECK(alone.device.id == "house");
  CHECK(alone.device.groups == std::vector<std::string>{"garden"});
  CHECK(alone.mqtt.password == "12345");
  CHECK(alone.mqtt.client_id == "m2ag-house.pump");
  CHECK(alone.log.level == LogLevel::debug);
  CHECK(alone.state.file == (folder / "house.state.db.isolated/pump.db").string());
  CHECK(alone.simulated.lines == whole.simulated.lines);
  REQUIRE(alone.simulated.chips.size() == 1);
  REQUIRE(alone.components.size() == 1);
  CHECK_FALSE(alone.components[0].isolated);
  CHECK(alone.components[0].name == "007");
  CHECK(alone.components[0].settings == whole.components[1].settings);
}

TEST_CASE("what is no descriptor of an isolated component is told") {
  for (const char* text : {"", "{", "7", "[1]", R"({"map":[["a"]]})", R"({"text":7})"}) {
    INFO(text);
    CHECK_THROWS_AS(read_isolated_document(text, "house.yaml"), std::runtime_error);
  }
}

}  // namespace m2ag::host
