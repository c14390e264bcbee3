// Relays without their broker, and relays that exclude each other.
#include <random>

#include "catch.h"
#include "test_relay.h"

using namespace std::chrono_literals;

namespace {

Value::Map guarded(const char* state = "off", const char* restore = "off") {
  return {{"restore", restore},
          {"safe", Value::Map{{"state", state}, {"on_disconnect", std::chrono::microseconds(30s).count()}}}};
}

}  // namespace

TEST_CASE("the safe state comes when the broker has been gone for long enough, and nothing switches back") {
  TestRelay relay(guarded("off", "last"));
  relay.start();
  relay.set(true);
  relay.context.advance(1h);
  relay.context.set_connected(false);
  relay.context.advance(30s - 1us);
  CHECK(relay.on());
  relay.context.advance(1us);
  CHECK_FALSE(relay.on());
  CHECK(relay.context.last("state") == Value(false));
  CHECK(relay.context.saved("state") == Value(false));
  relay.context.set_connected(true);
  relay.context.advance(1h);
  CHECK_FALSE(relay.on());
  relay.set(true);
  relay.context.advance(1h);
  CHECK(relay.on());
}

TEST_CASE("a broker that comes back in time changes nothing") {
  TestRelay relay(guarded());
  relay.start();
  relay.set(true);
  for (int i = 0; i < 3; ++i) {
    relay.context.set_connected(false);
    relay.context.advance(29s);
    relay.context.set_connected(true);
    relay.context.advance(29s);
  }
  CHECK(relay.on());
}

TEST_CASE("a start without a broker counts from the start") {
  TestRelay relay(guarded("off", "on"));
  relay.context.set_connected(false);
  relay.start();
  CHECK(relay.on());
  relay.context.advance(29s);
  CHECK(relay.on());
  relay.context.advance(1s);
  CHECK_FALSE(relay.on());
}

TEST_CASE(
    "a network that comes up after the grace time makes the relay safe, but it does not forget what it was told") {
  TestRelay relay(guarded("off", "last"));
  relay.context.set_saved("state", true);
  relay.context.set_connected(false);
  relay.start();
  relay.context.advance(30s);
  CHECK_FALSE(relay.on());
  CHECK(relay.context.saved("state") == Value(true));
  relay.context.set_connected(true);
  relay.kill_and_start();
  CHECK(relay.on());
}

TEST_CASE("safe may be on") {
  TestRelay relay(guarded("on"));
  relay.start();
  relay.context.set_connected(false);
  relay.context.advance(30s);
  CHECK(relay.on());
}

TEST_CASE("what a rule switches on without a broker is given the same time") {
  TestRelay relay(guarded());
  relay.start();
  relay.context.set_connected(false);
  relay.context.advance(1min);
  relay.set(true);
  relay.context.advance(29s);
  CHECK(relay.on());
  relay.context.advance(1s);
  CHECK_FALSE(relay.on());
}

TEST_CASE("neither a lock nor a pulse holds up the safe state") {
  TestRelay relay(guarded());
  relay.start();
  relay.run("pulse", {{"for", std::chrono::microseconds(1h).count()}});
  relay.run("lock");
  relay.context.set_connected(false);
  relay.context.advance(30s);
  CHECK_FALSE(relay.on());
}

TEST_CASE("without on_disconnect the broker may go") {
  TestRelay relay;
  relay.start();
  relay.set(true);
  relay.context.set_connected(false);
  relay.context.advance(24h);
  CHECK(relay.on());
}

TEST_CASE("settings that cannot be kept") {
  TestRelay lonely(guarded());
  lonely.context.set_without_broker();
  CHECK_THROWS_WITH(lonely.start(), Catch::Contains("safe.on_disconnect: there is no broker to lose"));
  CHECK_THROWS_AS(TestRelay(Value::Map{{"interlock", Value::List{"pump"}}}), m2ag::ConfigError);
  CHECK_THROWS_AS(TestRelay({{"safe", Value::Map{{"state", "on"}}}, {"max_on", 1'000'000}}), m2ag::ConfigError);
}

TEST_CASE("of two interlocked relays one is on; the other is refused by name") {
  const std::string device = fresh_device();
  TestRelay pump(Value::Map{{"interlock", Value::List{"valve"}}}, "pump", device), valve({}, "valve", device);
  pump.start();
  CHECK(refusal([&] { pump.set(true); }) == "interlocked");  // nobody knows the valve yet
  valve.start();
  const auto advance = [&](std::chrono::microseconds step) {
    pump.context.advance(step);
    valve.context.advance(step);
  };
  advance(100ms);
  pump.set(true);
  CHECK(refusal([&] { valve.set(true); }) == "interlocked");
  CHECK(refusal([&] { valve.run("pulse"); }) == "interlocked");
  CHECK(valve.line().history() == Levels{false});
  pump.set(false);
  advance(99ms);
  CHECK_THROWS_WITH(valve.set(true), "valve is interlocked with pump, which went off less than 100 ms ago: wait 1 ms");
  advance(1ms);
  valve.set(true);
  CHECK(valve.on());
  CHECK_FALSE(pump.on());
  valve.stop();
  advance(100ms);
  pump.set(true);
  CHECK(pump.on());
}

TEST_CASE("two interlocked relays that are both to be restored: the first one is, the other waits for a command") {
  const std::string device = fresh_device();
  TestRelay pump({{"interlock", Value::List{"valve"}}, {"restore", "on"}}, "pump", device);
  TestRelay valve({{"interlock", Value::List{"pump"}}, {"restore", "on"}}, "valve", device);
  const auto advance = [&](std::chrono::microseconds step) {
    pump.context.advance(step);
    valve.context.advance(step);
  };
  pump.start();
  CHECK_FALSE(pump.on());  // until the valve is known to be off
  valve.start();
  CHECK_FALSE((pump.on() || valve.on()));
  for (int i = 0; i < 20; ++i) {
    advance(100ms);
    CHECK_FALSE((pump.on() && valve.on()));
  }
  CHECK((pump.on() || valve.on()));
}

TEST_CASE("a relay that is safe when it is on does not break the interlock of another one") {
  const std::string device = fresh_device();
  TestRelay pump(Value::Map{{"interlock", Value::List{"heater"}}}, "pump", device);
  TestRelay heater(guarded("on"), "heater", device);
  heater.start();
  pump.start();
  pump.context.advance(1s);
  heater.context.advance(1s);
  pump.set(true);
  heater.context.set_connected(false);
  heater.context.advance(30s);
  CHECK_FALSE(heater.on());
  heater.stop();
  CHECK(heater.line().history() == Levels{false, false});
  CHECK(heater.context.log_lines().back() ==
        "not on, although that is its safe state: heater is interlocked with pump, which is on: switch pump off first");
}

TEST_CASE("an interlocked relay whose line failed blocks the others") {
  const std::string device = fresh_device();
  TestRelay pump(Value::Map{{"interlock", Value::List{"valve"}}}, "pump", device), valve({}, "valve", device);
  pump.start();
  const auto other = valve.context.gpio_output({"GPIO17", {}, -1}, {});
  CHECK_THROWS_AS(valve.start(), m2ag::DeviceError);
  valve.stop();
  pump.context.advance(1h);
  CHECK_THROWS_WITH(pump.set(true), Catch::Contains("valve, which has no line"));
}

TEST_CASE("three interlocked relays under random commands are never on together, nor within the dead time") {
  const std::string device = fresh_device();
  const Value::List all[] = {{"b", "c"}, {"a", "c"}, {}};  // c is named by the others
  const char* ids[] = {"a", "b", "c"};
  std::vector<std::unique_ptr<TestRelay>> relays;
  for (int i = 0; i < 3; ++i) {
    relays.push_back(std::make_unique<TestRelay>(Value::Map{{"interlock", all[i]}}, ids[i], device));
    relays.back()->start();
  }
  std::mt19937 random(42);
  std::chrono::milliseconds now{0}, last_off{-1000};
  int last_on = -1, changes = 0;
  for (int i = 0; i < 10'000; ++i) {
    const auto which = random() % 3;
    TestRelay& relay = *relays[which];
    const bool before = relay.on();
    refusal([&] {
      if (random() % 4 == 0) return relay.run("pulse", {{"for", 30'000}});
      relay.set(random() % 2 == 0);
    });
    if (relay.on() && !before) {
      ++changes;
      if (last_on != static_cast<int>(which)) CHECK(now - last_off >= 100ms);
      last_on = static_cast<int>(which);
    }
    const std::chrono::milliseconds step(random() % 40);
    const auto on_before = relays[0]->on() + relays[1]->on() + relays[2]->on();
    REQUIRE(on_before <= 1);
    if (before && !relay.on()) last_off = now;
    for (const auto& each : relays) {
      for (std::chrono::milliseconds passed{0}; passed < step; passed += 1ms) {
        const bool then = each->on();
        each->context.advance(1ms);
        if (then && !each->on()) last_off = now + passed + 1ms;
      }
    }
    now += step;
  }
  CHECK(changes > 100);
}
