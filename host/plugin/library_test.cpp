#include "plugin/library.h"

#include <m2ag/testing.h>

#include "catch.h"
#include "config/test_folder.h"
#include "plugin/test_fixture.h"

using namespace m2ag;
using namespace m2ag::host;
using Catch::Contains;
namespace fs = std::filesystem;

namespace {

std::string refusal(const fs::path& file) {
  try {
    const PluginLibrary library(file);
  } catch (const PluginError& error) {
    return error.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("a plugin's types and chips can be used through the boundary") {
  const PluginLibrary library(fixture("lamp"));
  REQUIRE(library.description().version == "1.2.3");
  REQUIRE(library.find_type("nothing") == nullptr);

  testing::FakeContext context;
  SECTION("a switch is found by dynamic_cast, and a typed exception arrives as what it is") {
    const auto lamp = library.find_type("lamp")->create(context, Value::Map{{"line", "GPIO5"}, {"active_low", true}});
    lamp->start();
    dynamic_cast<Switch&>(*lamp).set(true);
    REQUIRE(context.last("state") == Value(true));
    REQUIRE_FALSE(context.line("GPIO5").level());
    REQUIRE_THROWS_AS(lamp->start(), DeviceError);
    lamp->stop();
  }
  SECTION("settings of the wrong type are a ConfigError that names the key") {
    REQUIRE_THROWS_WITH(library.find_type("lamp")->create(context, Value::Map{{"level", "high"}}),
                        "level: expected an integer, found text");
  }
  SECTION("a sensor reads the plugin's own simulated chip, at the default address") {
    context.attach_chip({"i2c-1", 0x76}, library.find_chip("thermometer")->create(Value::Map{{"temperature", 30}}));
    const auto thermometer = library.find_type("thermometer")->create(context, Value::Map{});
    thermometer->start();
    dynamic_cast<Sensor&>(*thermometer).sample();
    REQUIRE(context.last("temperature") == Value(30.0));
    thermometer->stop();
  }
}

TEST_CASE("a library that is no plugin of this host is refused, with both versions") {
  REQUIRE_THAT(refusal(fixture("no_symbol")), Contains("does not export m2ag_plugin"));
  REQUIRE_THAT(refusal(fixture("wrong_magic")), Contains("not one of this SDK's descriptors"));
  REQUIRE_THAT(refusal(fixture("other_size")),
               Contains("its descriptor has 64 bytes") && Contains("SDK " + sdk_version() + " has 56"));
  REQUIRE_THAT(refusal(fixture("other_major")),
               Contains("built with SDK 2.") && Contains("this host speaks SDK " + sdk_version()));
  REQUIRE_THAT(refusal(fixture("newer_minor")),
               Contains("built with SDK " + sdk_version(1) + ", which is newer than this host's " + sdk_version()));
  REQUIRE_THAT(refusal(fixture("debug_containers")),
               Contains("debug containers on") && Contains("debug containers off"));
}

TEST_CASE("a plugin that fails while it describes itself is refused") {
  REQUIRE_THAT(refusal(fixture("describe_throws")), Contains("it threw: no description today"));
  REQUIRE_THAT(refusal(fixture("describe_throws_int")), Contains("no std::exception"));
  REQUIRE_THAT(
      refusal(fixture("reserved_names")),
      Contains("parameter interval: the host has a setting of this name") && Contains("channel status: expected"));
}

TEST_CASE("a plugin that others may change is refused before any of its code runs") {
  const TestFolder folder;
  const fs::path copy = folder / "crashes_at_load.so";
  fs::copy_file(fixture("crashes_at_load"), copy);
  SECTION("the file") { fs::permissions(copy, fs::perms::all); }
  SECTION("its folder") { fs::permissions(folder.path(), fs::perms::all); }
  REQUIRE_THAT(refusal(copy), Contains("not loaded, because others than its owner may write to it"));
}

TEST_CASE("the dynamic loader's reason is passed on without noise") {
  const TestFolder folder;
  std::ifstream file(fixture("lamp"), std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const auto at = bytes.find("libstdc++.so.6");
  REQUIRE(at != std::string::npos);
  bytes.replace(at, 14, "libabsent.so.6");
  const std::string reason = refusal(folder.write("lamp.so", bytes));
  REQUIRE_THAT(reason, Contains("the dynamic loader refuses it: libabsent.so.6: cannot open shared object file") &&
                           !Contains("Illegal seek"));
}
