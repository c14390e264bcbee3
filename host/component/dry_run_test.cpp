// What is refused before anything running is touched.
#include "component/dry_run.h"

#include "catch.h"
#include "component/test_world.h"
#include "core/test_gate.h"

using namespace m2ag;
using namespace m2ag::host;
using namespace std::chrono_literals;

namespace {

using Create = std::function<std::unique_ptr<Component>(Context&, const Value&)>;

InstanceConfig config_of(const std::string& id, Script& script, Create create = {}) {
  InstanceConfig config;
  config.id = id;
  auto spec = scripted_spec(script);
  if (create) spec.create = std::move(create);
  config.spec = std::make_shared<ComponentSpec>(std::move(spec));
  return config;
}

std::unique_ptr<Component> throwing(Context&, const Value&) { throw ConfigError("line: expected a name"); }
std::unique_ptr<Component> throwing_int(Context&, const Value&) { throw 42; }

}  // namespace

TEST_CASE("constructors are run, and what they throw is told of each") {
  World world;
  const auto problems = dry_run({config_of("good", world.script), config_of("bad", world.script, throwing),
                                 config_of("worse", world.script, throwing_int)},
                                *world.services);
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].component == "bad");
  CHECK(problems[0].message == "line: expected a name");
  CHECK(problems[1].component == "worse");
  CHECK(world.script.starts == 0);
  CHECK(world.script.stops == 0);
}

TEST_CASE("a constructor that opens hardware is refused, and nothing it does has an effect") {
  World world;
  world.hardware.simulated_gpio().add_line({"PUMP", {}, -1});
  const auto problems = dry_run({config_of("pump", world.script,
                                           [](Context& context, const Value&) -> std::unique_ptr<Component> {
                                             context.save("state", true);
                                             context.publish("state", true);
                                             context.gpio_output({"PUMP", {}, -1}, {});
                                             return nullptr;
                                           })},
                                *world.services);
  REQUIRE(problems.size() == 1);
  CHECK_THAT(problems[0].message, Catch::Contains("belongs into start()"));
  CHECK_FALSE(world.store->get("pump", "state"));
  CHECK_FALSE(world.registry.value("pump", "state"));
}

TEST_CASE("what a constructor quotes of its secrets is in no reason and in no log line") {
  World world;
  InstanceConfig config = config_of("api", world.script, [](Context& context, const Value& settings) {
    const std::string& token = settings.find("token")->as_text();
    context.log(LogLevel::warning, "made with " + token);
    if (token == "TOPSECRET") throw ConfigError("token: " + token + " is too short");
    return std::unique_ptr<Component>();
  });
  config.settings = Value::Map{{"token", "TOPSECRET"}};
  config.secrets = {"components.api.token"};
  const auto problems = dry_run({config}, *world.services);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].message == "token: (secret) is too short");
  CHECK(world.logged("made with (secret)"));
  CHECK_FALSE(world.logged("TOPSECRET"));
}

TEST_CASE("a constructor that does not return is refused and left behind") {
  World world;
  const auto gate = std::make_shared<Gate>();
  const auto problems =
      dry_run({config_of("good", world.script), config_of("slow", world.script,
                                                          [gate](Context&, const Value&) -> std::unique_ptr<Component> {
                                                            gate->wait();
                                                            return nullptr;
                                                          })},
              *world.services, 100ms);
  gate->open();
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].component == "slow");
  CHECK_THAT(problems[0].message, Catch::Contains("did not return within 0.1 s"));
}
