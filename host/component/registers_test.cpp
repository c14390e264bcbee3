// Registers of a component: taken by reconfigure or by a restart, refused without a trace, kept beside what the descriptor said.
#include "component/registers.h"

#include "catch.h"
#include "component/test_world.h"

using namespace m2ag;
using namespace m2ag::host;

namespace {

ParamSpec param(std::string name, ParamType type, bool runtime = true) {
  ParamSpec spec;
  spec.name = std::move(name);
  spec.type = type;
  spec.runtime = runtime;
  return spec;
}

/// A component with the registers `level` (0 to 100), `pause` and `interval`, and with what is none.
struct RegisterWorld : World {
  explicit RegisterWorld(bool reconfigures, Value::Map given = {{"level", 5}, {"pause", 1'000'000}}) {
    settings = std::move(given);
    adjust = [this, reconfigures](ComponentSpec& spec) {
      spec.params = {param("level", ParamType::integer), param("pause", ParamType::duration),
                     param("line", ParamType::text, false), param("token", ParamType::text),
                     param("key", ParamType::text)};
      spec.params[0].minimum = 0;
      spec.params[0].maximum = 100;
      spec.params[4].secret = true;
      auto create = spec.create;
      spec.create = [this, create](Context& context, const Value& now) {
        if (refuse) throw ConfigError("level and pause do not go together");
        remember(now);
        return create(context, now);
      };
      if (!reconfigures) return;
      spec.reconfigure = [this](Component&, const Value& now) {
        if (refuse) throw ConfigError("level and pause do not go together");
        if (break_down) throw DeviceError("bus stuck");
        ++reconfigured;
        remember(now);
      };
    };
    secrets = {"components.pump.token"};
  }

  void remember(const Value& now) {
    const std::lock_guard lock(used_mutex);
    used = now;
  }
  Value used_now(std::string_view key) {
    const std::lock_guard lock(used_mutex);
    const Value* value = used.find(key);
    return value == nullptr ? Value() : *value;
  }
  /// As its topic has it.
  std::string published(std::string_view name) {
    for (const EventPtr& event : registry.snapshot("pump")) {
      if (event->kind == EventKind::register_value && event->name == name)
        return event->value.is_null() ? "" : event->value.as_text();
    }
    return "not published";
  }

  std::atomic<bool> refuse{false}, break_down{false};
  std::atomic<int> reconfigured{0};
  std::mutex used_mutex;
  Value used;
};

}  // namespace

TEST_CASE("a register goes into a running component that takes it") {
  RegisterWorld world(true);
  world.start();
  REQUIRE(world.wait_state("running"));
  CHECK(world.published("level") == "5");
  CHECK(world.published("pause") == "1s");
  CHECK(world.published("interval") == "10s");

  CHECK(world.command("m2ag/demo/pump/config/level/set", "7").ok);
  CHECK(world.used_now("level") == Value(7));
  CHECK(world.used_now("pause") == Value(1'000'000));
  CHECK(world.published("level") == "7");
  CHECK(world.reconfigured == 1);
  CHECK(world.script.starts == 1);
  CHECK_FALSE(world.store->pending("pump"));
  CHECK(world.store->get("pump", "config:level") == Value(Value::Map{{"value", 7}, {"descriptor", 5}}));

  // What says the same is not handed over again, and what the descriptor says needs no keeping.
  CHECK(world.command("m2ag/demo/pump/config/level/set", "7").ok);
  CHECK(world.reconfigured == 1);
  CHECK(world.command("m2ag/all/pump/config/level/set", R"({"value": 5, "transaction": "t"})").ok);
  CHECK(world.reconfigured == 2);
  CHECK_FALSE(world.store->get("pump", "config:level"));

  // What it throws decides: a refusal, or a failure; the old value stays.
  world.refuse = true;
  const Reply refused = world.command("m2ag/demo/pump/config/level/set", "9");
  CHECK(refused.code == "refused");
  CHECK_THAT(refused.message, Catch::Contains("do not go together"));
  CHECK(world.published("level") == "5");
  world.refuse = false;
  world.break_down = true;
  CHECK(world.command("m2ag/demo/pump/config/level/set", "9").code == "failed");
  CHECK(world.published("level") == "5");
  REQUIRE(world.wait([&] { return world.script.starts == 2; }));
  CHECK(world.used_now("level") == Value(5));
}

TEST_CASE("a component that does not take it is made anew, and keeps its old value when it refuses") {
  RegisterWorld world(false);
  world.start({"pump", "lamp"});
  REQUIRE(world.wait([&] { return world.script.samples == 2; }));
  CHECK(world.command("m2ag/demo/pump/config/level/set", "7").ok);
  CHECK(world.script.starts == 3);  // lamp was left alone
  CHECK(world.script.stops == 1);
  CHECK(world.used_now("level") == Value(7));

  SECTION("refused by its constructor: it never stopped") {
    world.refuse = true;
    const Reply refused = world.command("m2ag/demo/pump/config/level/set", "9");
    CHECK(refused.code == "refused");
    CHECK(world.script.stops == 1);
    CHECK(world.published("level") == "7");
  }
  SECTION("refused by its start: it runs on with the old value") {
    world.script.on_start = [&] {
      if (world.used_now("level") == Value(9)) throw ConfigError("9 is too much");
    };
    const Reply refused = world.command("m2ag/demo/pump/config/level/set", "9");
    CHECK(refused.code == "refused");
    CHECK_THAT(refused.message, Catch::Contains("9 is too much"));
    CHECK(world.used_now("level") == Value(7));
    CHECK(world.published("level") == "7");
    CHECK(world.supervisor->find("pump")->state() == InstanceState::running);
  }
  SECTION("a device that does not answer is no reason against the value") {
    world.script.fail_start = true;
    CHECK(world.command("m2ag/demo/pump/config/level/set", "9").ok);
    CHECK(world.published("level") == "9");
    world.script.fail_start = false;
    REQUIRE(world.wait([&] { return world.supervisor->find("pump")->state() == InstanceState::running; }));
    CHECK(world.used_now("level") == Value(9));
  }
}

TEST_CASE("a failed component takes registers, and starts with them") {
  RegisterWorld world(true);
  world.script.config_error = true;
  world.start();
  REQUIRE(world.wait_state("failed"));
  CHECK(world.command("m2ag/demo/pump/config/level/set", "7").ok);
  CHECK(world.published("level") == "7");
  world.script.config_error = false;
  CHECK(world.command("m2ag/demo/pump/config/level/set", "8").ok);
  CHECK(world.supervisor->find("pump")->state() == InstanceState::running);
  CHECK(world.used_now("level") == Value(8));
}

TEST_CASE("a register of a quarantined component is not tried out, and is its next chance") {
  RegisterWorld world(false);
  world.hold = Supervisor::Hold{InstanceState::quarantined, "crashed too often"};
  world.start();
  REQUIRE(world.wait_state("quarantined"));
  CHECK(world.command("m2ag/demo/pump/config/level/set", "6").ok);
  CHECK(world.used_now("level").is_null());
  CHECK(world.supervisor->find("pump")->state() == InstanceState::quarantined);
  world.hold.reset();  // by now these settings are others than those that crashed
  CHECK(world.command("m2ag/demo/pump/config/level/set", "7").ok);
  REQUIRE(world.wait_state("running"));
  CHECK(world.used_now("level") == Value(7));
}

TEST_CASE(
    "an interval with which a channel would expire before each reading is refused, and not taken from the store") {
  RegisterWorld world(true);
  world.channels["temperature"].expire = std::chrono::seconds(30);
  world.store->save("pump", "config:interval", Value::Map{{"value", "1m"}, {"descriptor", "10s"}});
  world.start();
  REQUIRE(world.wait_state("running"));
  CHECK(world.published("interval") == "10s");
  CHECK(world.logged(
      "register interval is dropped: interval: expected less than 30s, which channels.temperature.expire of the "
      "descriptor is, found 1m"));
  const Reply refused = world.command("m2ag/demo/pump/config/interval/set", "30s");
  CHECK_FALSE(refused.ok);
  CHECK(refused.code == "bad_value");
  CHECK(refused.message ==
        "interval: expected less than 30s, which channels.temperature.expire of the descriptor is, found 30s");
  CHECK(world.published("interval") == "10s");
  CHECK(world.command("m2ag/demo/pump/config/interval/set", "29s").ok);
}

TEST_CASE("the interval of a sensor is a register, and needs no restart") {
  RegisterWorld world(false);
  world.start();
  REQUIRE(world.wait([&] { return world.script.samples == 1; }));
  CHECK(world.command("m2ag/demo/pump/config/interval/set", "5ms").ok);
  REQUIRE(world.wait([&] { return world.script.samples > 5; }));
  CHECK(world.script.starts == 1);
  CHECK(world.published("interval") == "5ms");
  CHECK_THAT(world.command("m2ag/demo/pump/config/interval/set", "0s").message, Catch::Contains("expected 1ms to 7d"));
}

TEST_CASE("what is set survives until the descriptor says something else") {
  const auto row = [](const Value& value, const Value& descriptor) {
    return Value(Value::Map{{"value", value}, {"descriptor", descriptor}});
  };
  RegisterWorld world(true);
  world.store->save("pump", "config:level", row(7, 5));
  world.store->save("pump", "config:pause", row("9s", "2s"));
  world.store->save("pump", "config:interval", row("soon", "10s"));
  world.store->save("pump", "config:gain", row(1, 2));
  world.store->save("pump", "config:line", "nonsense");
  world.store->save("pump", "mine", 7);
  world.start();
  REQUIRE(world.wait_state("running"));
  CHECK(world.used_now("level") == Value(7));
  CHECK(world.used_now("pause") == Value(1'000'000));
  CHECK(world.published("level") == "7");
  CHECK(world.published("pause") == "1s");
  CHECK(world.published("interval") == "10s");
  CHECK(world.logged("register pause is dropped: the descriptor has come to say \"1s\""));
  CHECK(world.logged("register interval is dropped: its value no longer fits the plugin"));
  CHECK(world.logged("register gain is dropped: the component has no such register any more"));
  CHECK(world.store->all("pump").size() == 2);  // level and mine
}

TEST_CASE("what is no register says where it is changed") {
  RegisterWorld world(true);
  world.start();
  REQUIRE(world.wait_state("running"));
  const Reply line = world.command("m2ag/demo/pump/config/line/set", "x");
  CHECK(line.code == "read_only");
  CHECK_THAT(line.message, Catch::Contains("is no register, it is changed in the descriptor; it has interval, level"));
  for (const char* secret : {"token", "key"}) {
    const Reply reply = world.command(std::string("m2ag/demo/pump/config/") + secret + "/set", "x");
    CHECK(reply.code == "read_only");
    CHECK_THAT(reply.message, Catch::Contains("is a secret"));
    CHECK(world.published(secret) == "not published");
  }
  const Reply near = world.command("m2ag/demo/pump/config/levle/set", "1");
  CHECK(near.code == "unknown_register");
  CHECK_THAT(near.message, Catch::Contains("did you mean \"level\"?"));
}

TEST_CASE("registers are listed and reset by request") {
  RegisterWorld world(true, {{"level", 5}});
  world.start({"lamp", "pump"});
  REQUIRE(world.wait([&] { return world.script.samples == 2; }));
  CHECK(world.command("m2ag/demo/pump/config/level/set", "7").ok);
  CHECK(world.command("m2ag/demo/pump/config/pause/set", "3s").ok);

  const Reply list = world.command("m2ag/demo/request/registers", R"({"component": "pump"})");
  REQUIRE(list.ok);
  REQUIRE(list.data.as_list().size() == 3);
  const Value& level = list.data.as_list()[1];
  CHECK(*level.find("register") == Value("level"));
  CHECK(*level.find("value") == Value("7"));
  CHECK(*level.find("descriptor") == Value("5"));
  CHECK(*level.find("set") == Value(true));
  CHECK(world.command("m2ag/demo/request/registers", "").data.as_list().size() == 7);  // lamp's token is no secret

  const Reply one = world.command("m2ag/demo/request/reset-register", R"({"component": "pump", "register": "pause"})");
  CHECK(one.ok);
  CHECK(one.request);
  CHECK(world.published("pause").empty());
  CHECK(world.used_now("pause").is_null());
  CHECK(world.published("level") == "7");
  CHECK(world.command("m2ag/demo/request/reset-register", R"({"component": "pump"})").ok);
  CHECK(world.used_now("level") == Value(5));
  CHECK(world.store->all("pump").empty());

  CHECK(world.command("m2ag/demo/request/reset-register", "").code == "bad_arguments");
  CHECK(world.command("m2ag/demo/request/reset-register", R"({"component": "pmup"})").code == "unknown_component");
  CHECK(world.command("m2ag/demo/request/reset-register", R"({"component": "pump", "register": "lin"})").code ==
        "unknown_register");
}
