// Interlocks when relays come and go: who names whom without having started, what was removed, and restarts of the host.
#include <random>

#include "catch.h"
#include "test_relay.h"

using namespace std::chrono_literals;

namespace {

/// Two relays of one device that exclude each other: the motor's two directions.
struct Shade {
  std::string device = fresh_device();
  TestRelay up, down;

  explicit Shade(Value::Map settings = {{"restore", "last"}})
      : up(with(settings, {"down"}), "up", device), down(with(settings, {}), "down", device) {}
  static Value::Map with(Value::Map settings, Value::List interlock) {
    settings["interlock"] = std::move(interlock);
    return settings;
  }
  void advance(std::chrono::microseconds time) {
    for (std::chrono::microseconds passed{0}; passed < time; passed += 1ms) {
      up.context.advance(std::min<std::chrono::microseconds>(1ms, time - passed));
      down.context.advance(std::min<std::chrono::microseconds>(1ms, time - passed));
    }
  }
  void start() {
    up.start();
    down.start();
    advance(1s);
  }
  /// Both objects and their lines are gone, and nobody told them. The next ones are made, not started.
  void kill() {
    up.component.reset();
    down.component.reset();
    RelayContext::begin_process({&up.context, &down.context});
    up.create();
    down.create();
  }
};

}  // namespace

TEST_CASE("a relay that is named by one that has not started counts that one as on") {
  const std::string device = fresh_device();
  known(device)["valve"] = {{"pump"}, "relay"};
  TestRelay pump(Value::Map{{"restore", GENERATE("off", "on")}}, "pump", device);
  SECTION("enabled: false") { known(device)["valve"].type = ""; }
  SECTION("of another type") { known(device)["valve"].type = "gpio_switch"; }
  SECTION("a relay whose constructor throws, which is quarantined, or held back") {}
  pump.start();
  pump.context.advance(1h);
  CHECK(pump.line().history() == Levels{false});
  CHECK_THROWS_WITH(pump.set(true), Catch::Contains("pump is interlocked with valve, which has no line"));

  TestRelay valve(Value::Map{{"interlock", Value::List{"pump"}}}, "valve", device);
  valve.start();
  valve.context.advance(1h);
  pump.context.advance(500ms);
  pump.set(true);
  CHECK(pump.on());
  CHECK(refusal([&] { valve.set(true); }) == "interlocked");
}

TEST_CASE("a relay is named while it goes on: what is known then counts at its next command") {
  const std::string device = fresh_device();
  TestRelay pump({}, "pump", device);
  pump.start();
  pump.set(true);
  TestRelay valve(Value::Map{{"interlock", Value::List{"pump"}}, {"restore", "on"}}, "valve", device);
  valve.start();
  CHECK_FALSE(valve.on());
  pump.set(true);
  CHECK(pump.on());
  pump.set(false);
  valve.context.advance(1h);
  pump.context.advance(1h);
  valve.set(true);
  CHECK(refusal([&] { pump.set(true); }) == "interlocked");
}

TEST_CASE("a relay that was removed or is of another type excludes nobody, and is no relay for who names it") {
  const bool removed = GENERATE(false, true);
  const std::string device = fresh_device();
  TestRelay pump({}, "pump", device), lamp(Value::Map{{"interlock", Value::List{"valve"}}}, "lamp", device);
  {
    TestRelay valve(Value::Map{{"interlock", Value::List{"pump"}}}, "valve", device);
    pump.start();
    lamp.start();
    valve.start();
    valve.context.advance(1h);
    valve.set(true);
    CHECK(refusal([&] { pump.set(true); }) == "interlocked");
    CHECK(refusal([&] { lamp.set(true); }) == "interlocked");
    if (GENERATE(false, true)) valve.stop();  // else it was abandoned
  }
  if (removed) {
    known(device).erase("valve");
  } else {
    known(device)["valve"] = {{}, "gpio_switch"};
  }
  for (int starts = 0; starts < 2; ++starts) {
    lamp.context.advance(1h);
    pump.set(true);
    CHECK(pump.on());
    CHECK_THROWS_WITH(lamp.set(true), Catch::Contains("lamp is interlocked with valve, which has no line"));
    RelayContext::begin_process({&pump.context, &lamp.context});
    pump.kill_and_start();
    lamp.kill_and_start();
  }
}

TEST_CASE("killed while one is on: after the start it is on from the first moment, whichever starts first") {
  Shade shade;
  shade.start();
  shade.up.set(true);
  shade.advance(1min);
  for (int kills = 0; kills < 3; ++kills) {
    shade.kill();
    if (kills == 1) {
      shade.down.start();
      CHECK(shade.down.line().history() == Levels{false});
      shade.up.start();
    } else {
      shade.up.start();
      CHECK_FALSE(shade.up.line().held());  // nobody knows `down` yet: the pin stays as it is
      shade.advance(kills == 0 ? 10ms : 500ms);
      CHECK_FALSE(shade.up.line().held());
      shade.down.start();
      CHECK(refusal([&] { shade.down.set(true); }) == "interlocked");
      shade.advance(20ms);
    }
    CHECK(shade.up.line().history() == Levels{true});
    CHECK(shade.up.context.last("state") == Value(true));
    shade.advance(1s);
    CHECK(shade.up.line().history() == Levels{true});
    CHECK(shade.down.line().history() == Levels{false});
  }
}

TEST_CASE("a start that waits for the others of its interlock") {
  Shade shade;
  shade.start();
  shade.up.set(true);
  shade.kill();
  shade.up.start();
  REQUIRE_FALSE(shade.up.line().held());

  SECTION("takes its line after a moment, and is restored once they are there") {
    shade.advance(880ms);
    CHECK_FALSE(shade.up.line().held());
    shade.advance(20ms);
    CHECK(shade.up.line().history() == Levels{false});
    shade.down.start();
    shade.advance(1s);
    CHECK(shade.up.line().history() == Levels{false, true});
  }
  SECTION("goes off at a command") {
    shade.up.set(false);
    CHECK(shade.up.line().history() == Levels{false});
    shade.down.start();
    shade.advance(1min);
    CHECK(shade.up.line().history() == Levels{false});
    shade.down.set(true);
    CHECK(shade.down.on());
  }
  SECTION("refuses to go on, and goes on waiting") {
    CHECK(refusal([&] { shade.up.set(true); }) == "interlocked");
    CHECK(refusal([&] { shade.up.run("pulse"); }) == "interlocked");
    shade.down.start();
    shade.advance(20ms);
    CHECK(shade.up.line().history() == Levels{true});
  }
  SECTION("goes on at a command that comes first") {
    shade.down.start();
    shade.up.set(true);
    CHECK(shade.up.line().history() == Levels{true});
  }
  SECTION("is safe after a stop, and known to be off") {
    shade.up.stop();
    CHECK(shade.up.line().history() == Levels{false});
    CHECK_FALSE(shade.up.line().held());
    shade.down.start();
    shade.advance(100ms);
    shade.down.set(true);
    CHECK(shade.down.on());
  }
  SECTION("fails when its line cannot be taken then") {
    const auto other = shade.up.context.gpio_output({"GPIO17", {}, -1}, {});
    CHECK_THROWS_AS(shade.advance(1s), m2ag::DeviceError);
    shade.up.stop();
    shade.down.start();
    shade.advance(1min);
    CHECK_THROWS_WITH(shade.down.set(true), Catch::Contains("up, which has no line"));
  }
  SECTION("does not go on once its time on is over") {
    shade.up.settings["max_on"] = 500'000;
    shade.up.context.set_saved("on_since", 1);
    shade.up.kill_and_start();
    CHECK(shade.up.line().history() == Levels{false});
  }
}

TEST_CASE("after a kill only a relay that was on begins its dead time at the start") {
  Shade shade;
  shade.start();
  shade.down.set(true);
  shade.advance(1min);
  const bool was_on = GENERATE(true, false);
  if (!was_on) shade.down.set(false);
  shade.advance(1min);
  shade.down.settings["restore"] = "off";
  shade.kill();
  shade.down.start();
  shade.up.start();
  CHECK(shade.up.line().history() == Levels{false});
  if (was_on) {
    CHECK(refusal([&] { shade.up.set(true); }) == "interlocked");
    shade.advance(99ms);
    CHECK(refusal([&] { shade.up.set(true); }) == "interlocked");
    shade.advance(1ms);
  }
  shade.up.set(true);
  CHECK(shade.up.on());
}

TEST_CASE("a date that is older than the last time on does not count when the interlock comes back") {
  Shade shade;
  shade.start();
  shade.down.set(true);
  shade.down.set(false);
  shade.advance(1s);
  auto& all = known(shade.device);
  const KnownRelay before = std::exchange(all["up"], {});  // nobody names `down` for a while
  shade.down.set(true);
  all["up"] = before;
  shade.down.settings["restore"] = "off";
  shade.kill();
  shade.down.start();
  shade.up.start();
  CHECK_THROWS_WITH(shade.up.set(true), Catch::Contains("down, which went off less than 100 ms ago"));
}

TEST_CASE("a relay without interlock keeps no date of when it went off") {
  TestRelay relay(Value::Map{{"restore", "last"}});
  relay.start();
  relay.set(true);
  relay.set(false);
  relay.stop();
  CHECK_FALSE(relay.context.saved("off_since").has_value());
}

TEST_CASE(
    "random commands, kills and stops: never both on, and the dead time between them, while the pins keep their levels") {
  Shade shade({{"restore", "last"}, {"dead_time", 50'000}});
  TestRelay* const relays[] = {&shade.up, &shade.down};
  struct Pin {
    bool level = false;
    std::chrono::milliseconds off_at{-1000};
  } pins[2];
  std::chrono::milliseconds now{0};
  int changes = 0, kills = 0;
  const auto look = [&] {
    for (int i = 0; i < 2; ++i) {
      // Without a holder the kernel keeps the last level.
      const bool level = relays[i]->line().held() ? relays[i]->on() : pins[i].level;
      if (pins[i].level && !level) pins[i].off_at = now;
      if (!pins[i].level && level) {
        ++changes;
        REQUIRE(now - pins[1 - i].off_at >= 49ms);
      }
      pins[i].level = level;
    }
    REQUIRE_FALSE((pins[0].level && pins[1].level));
  };
  const auto pass = [&](std::chrono::milliseconds time) {
    for (; time > 0ms; time -= 1ms) {
      shade.advance(1ms);
      now += 1ms;
      look();
    }
  };
  std::mt19937 random(7);
  shade.start();
  for (int i = 0; i < 1500; ++i) {
    TestRelay& relay = *relays[random() % 2];
    const auto what = random() % 20;
    if (what == 0) {
      look();
      ++kills;
      shade.kill();
      const std::size_t first = random() % 2;
      relays[first]->start();
      look();
      pass(std::chrono::milliseconds(random() % 3 == 0 ? random() % 1200 : 0));
      relays[1 - first]->start();
    } else if (what == 1) {
      relay.stop();
      Pin& pin = pins[&relay == relays[1]];
      if (std::exchange(pin.level, false)) pin.off_at = now;
      relay.kill_and_start();
    } else {
      refusal([&] { relay.set(what < 14); });
    }
    look();
    pass(std::chrono::milliseconds(random() % 40));
  }
  CHECK(changes > 100);
  CHECK(kills > 50);
}
