#include "config/schema.h"

#include <nlohmann/json.hpp>

#include "catch.h"
#include "config/test_types.h"

namespace m2ag::host {
namespace {

using nlohmann::json;

json schema() {
  const TestTypes types;
  return descriptor_schema(types.types(), types.chips());
}

/// The closed object that stands for one type.
json of_type(const json& whole, const std::string& type) {
  for (const json& branch : whole.at("properties").at("components").at("additionalProperties").at("allOf")) {
    if (branch.at("if").at("properties").at("type").at("const") == type) return branch.at("then");
  }
  return {};
}

TEST_CASE("the schema names the sections and what they need") {
  const json whole = schema();
  CHECK(whole.at("$schema") == "http://json-schema.org/draft-07/schema#");
  CHECK(whole.at("required") == json({"device"}));
  CHECK(whole.at("additionalProperties") == false);
  CHECK(whole.at("properties").size() == 6);
  const json& mqtt = whole.at("properties").at("mqtt");
  CHECK(mqtt.at("required") == json({"url"}));
  CHECK(mqtt.at("properties").at("base_topic").at("default") == "m2ag");
  CHECK(mqtt.at("properties").at("version").at("enum") == json({"auto", "5", "3.1.1"}));
  CHECK(mqtt.at("properties").at("keep_alive").at("default") == "30s");
  CHECK(mqtt.at("properties").at("keep_alive").at("description") ==
        "how often the connection is proved at least, 5s to 1h");
  CHECK(mqtt.at("properties").at("password").at("writeOnly") == true);
  CHECK(mqtt.at("properties").at("tls").at("properties").at("verify_host").at("default") == true);
  CHECK(whole.at("properties").at("device").at("properties").at("id").at("examples") == json({"greenhouse"}));
}

TEST_CASE("each component type has its own closed list of keys") {
  const json whole = schema();
  CHECK(whole.at("properties").at("components").at("additionalProperties").at("properties").at("type").at("enum") ==
        json({"bmp280", "relay", "store"}));
  const json relay = of_type(whole, "relay");
  CHECK(relay.at("required") == json({"type", "line"}));
  CHECK(relay.at("additionalProperties") == false);
  CHECK(relay.at("properties").at("type").at("const") == "relay");
  CHECK(relay.at("properties").at("type").at("description") == "One relay on a GPIO line");
  CHECK(relay.at("properties").at("enabled").at("default") == true);
  CHECK_FALSE(relay.at("properties").contains("interval"));
  CHECK(relay.at("properties").at("max_on").at("pattern") == "^[0-9]+(us|ms|s|m|h|d)$");
  CHECK(relay.at("properties").at("safe").at("properties").at("state").at("enum") == json({"off", "on"}));
  CHECK(relay.at("properties").at("interlock").at("items").at("type") == "string");
  CHECK(relay.at("properties").at("line").at("anyOf").size() == 2);
  const json air = of_type(whole, "bmp280");
  CHECK(air.at("properties").at("interval").at("default") == "10s");
  CHECK(air.at("properties").at("address").at("enum") == json({0x76, 0x77}));
  CHECK(air.at("properties").at("offset").at("minimum") == -10);
  CHECK(air.at("properties").at("channels").at("properties").contains("temperature"));
  const json store = of_type(whole, "store");
  CHECK_FALSE(store.at("properties").at("count").contains("minimum"));
  CHECK(store.at("properties").at("size").at("default") == "64KiB");
  CHECK(store.at("properties").at("rooms").at("additionalProperties").at("required") == json({"name"}));
}

TEST_CASE("simulated chips have theirs") {
  const json whole = schema();
  const json chip = whole.at("properties")
                        .at("simulated")
                        .at("properties")
                        .at("i2c")
                        .at("additionalProperties")
                        .at("additionalProperties");
  CHECK(chip.at("properties").at("chip").at("enum") == json({"bmp280"}));
  CHECK(chip.at("allOf").at(0).at("then").at("properties").at("temperature").at("maximum") == 85);
}

TEST_CASE("with no plugins the schema is still one") {
  const json whole = descriptor_schema({}, {});
  CHECK_FALSE(whole.at("properties").at("components").at("additionalProperties").contains("allOf"));
}

TEST_CASE("a default of a secret is not shown") {
  ParamSpec spec;
  spec.name = "token";
  spec.secret = true;
  spec.default_value = Value("hunter2");
  CHECK(param_schema(spec).dump().find("hunter2") == std::string::npos);
}

}  // namespace
}  // namespace m2ag::host
