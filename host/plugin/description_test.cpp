#include "plugin/description.h"

#include <nlohmann/json.hpp>

#include "catch.h"
#include "plugin/description_check.h"
#include "plugin/library.h"
#include "plugin/test_fixture.h"

using namespace m2ag;
using namespace m2ag::host;
using Catch::Contains;

namespace {

PluginDescription sample() {
  PluginDescription description{"/a.so", "sample", "1.0", {}, {}};
  ComponentSpec spec;
  spec.type = "sample";
  spec.params.push_back({.name = "level", .type = ParamType::integer, .minimum = 0, .maximum = 9, .default_value = 3});
  spec.channels.push_back({.name = "value"});
  description.components.push_back(spec);
  return description;
}

std::string problems(const PluginDescription& description) {
  std::string all;
  for (const std::string& each : description_problems(description)) all += each + "\n";
  return all;
}

}  // namespace

TEST_CASE("a description comes back from JSON as it was") {
  const PluginLibrary library(fixture("lamp"));
  const nlohmann::json json = to_json(library.description());
  const PluginDescription back = description_from_json(nlohmann::json::parse(json.dump()));

  REQUIRE(to_json(back) == json);
  REQUIRE(back.name == "lamp");
  REQUIRE(back.version == "1.2.3");
  REQUIRE(back.components.size() == 2);
  const ComponentSpec& lamp = back.components[0];
  REQUIRE(lamp.params.size() == 10);
  REQUIRE(lamp.params[0].type == ParamType::gpio_line);
  REQUIRE(lamp.params[0].required);
  REQUIRE(lamp.params[2].maximum == 7.0);
  REQUIRE(lamp.params[2].default_value == Value(3));
  REQUIRE(lamp.params[2].runtime);
  REQUIRE(lamp.params[3].type == ParamType::duration);
  REQUIRE(lamp.params[3].default_value == Value(20'000));
  REQUIRE(lamp.params[5].choices.size() == 4);
  REQUIRE(lamp.params[6].secret);
  REQUIRE(lamp.params[9].fields.at(0).fields.at(0).name == "seconds");
  REQUIRE(lamp.channels[0].name == "state");
  REQUIRE(lamp.channels[0].main);
  REQUIRE(lamp.channels[2].precision == 1);
  REQUIRE(lamp.commands[0].params[0].required);
  REQUIRE_FALSE(lamp.create);
  REQUIRE(back.components[1].sensor);
  REQUIRE(back.components[1].interval == std::chrono::seconds(5));
  REQUIRE(back.components[1].params[1].hexadecimal);
  REQUIRE(back.components[1].params[1].default_value == Value(0x76));
  REQUIRE(back.chips.at(0).params.at(0).unit == "°C");
}

TEST_CASE("a JSON that is no description is refused") {
  REQUIRE_THROWS_AS(description_from_json(nlohmann::json::array()), nlohmann::json::exception);
  nlohmann::json json = to_json(sample());
  json["components"][0]["params"][0]["type"] = "colour";
  REQUIRE_THROWS_WITH(description_from_json(json), Contains("unknown type \"colour\""));
}

TEST_CASE("a description that holds together has no problems") { REQUIRE(problems(sample()).empty()); }

TEST_CASE("names that the topics or the descriptor use themselves are refused") {
  PluginDescription description = sample();
  ComponentSpec& spec = description.components[0];
  SECTION("type") {
    spec.type = "Sample-1";
    REQUIRE_THAT(problems(description), Contains("type Sample-1: expected [a-z0-9_]{1,63}"));
  }
  SECTION("type twice") {
    description.components.push_back(spec);
    REQUIRE_THAT(problems(description), Contains("type sample: is described twice"));
  }
  SECTION("parameter of the host's name") {
    for (const std::string key : {"type", "name", "enabled", "lane", "interval", "publish_json", "channels"}) {
      spec.params[0].name = key;
      REQUIRE_THAT(problems(description), Contains("parameter " + key + ": the host has a setting of this name"));
    }
  }
  SECTION("parameter twice") {
    spec.params.push_back(spec.params[0]);
    REQUIRE_THAT(problems(description), Contains("parameter level: is described twice"));
  }
  SECTION("channel") {
    for (const char* name : {"status", "availability", "set", "config", "reply", "Value", "a_b", ""}) {
      spec.channels[0].name = name;
      CAPTURE(name);
      REQUIRE_THAT(problems(description), Contains("expected [a-z0-9-]{1,63} as its name"));
    }
    for (const char* name : {"state", "event", "air-2"}) {
      spec.channels[0].name = name;
      CAPTURE(name);
      REQUIRE(problems(description).empty());
    }
  }
  SECTION("command as a channel") {
    spec.commands.push_back({"value", "", {}, {}});
    REQUIRE_THAT(problems(description), Contains("command value: a channel or another command has the same name"));
  }
}

TEST_CASE("limits, defaults and choices that contradict each other are refused") {
  PluginDescription description = sample();
  ComponentSpec& spec = description.components[0];
  ParamSpec& level = spec.params[0];
  SECTION("range") {
    level.minimum = 10;
    REQUIRE_THAT(problems(description), Contains("its range 10 to 9 is empty"));
  }
  SECTION("default outside") {
    level.default_value = 10;
    REQUIRE_THAT(problems(description), Contains("its default 10 lies outside its range"));
  }
  SECTION("default of another kind") {
    level.default_value = "three";
    REQUIRE_THAT(problems(description), Contains("its default is text, which is no integer"));
  }
  SECTION("default that is no choice") {
    level.choices = {1, 2};
    REQUIRE_THAT(problems(description), Contains("its default is not one of its choices"));
  }
  SECTION("list without a row") {
    level = {.name = "list", .type = ParamType::list};
    REQUIRE_THAT(problems(description), Contains("needs one row for its elements"));
  }
  SECTION("interval") {
    spec.sensor = true;
    spec.interval = {};
    REQUIRE_THAT(problems(description), Contains("its interval must be longer than nothing"));
  }
  SECTION("event") {
    spec.channels[0].type = ChannelType::event;
    REQUIRE_THAT(problems(description), Contains("an event needs the words it may be"));
  }
  SECTION("two main channels") {
    spec.channels[0].main = true;
    spec.channels.push_back({.name = "other", .main = true});
    REQUIRE_THAT(problems(description), Contains("more than one main channel"));
  }
  SECTION("nothing at all") {
    description.components.clear();
    REQUIRE_THAT(problems(description), Contains("offers neither a type nor a simulated chip"));
  }
}
