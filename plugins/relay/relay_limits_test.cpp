// What limits a relay: pulses, the longest time on, the shortest time off, the lock; and the counter.
#include <algorithm>
#include <array>
#include <chrono>

#include "catch.h"
#include "test_relay.h"

using namespace std::chrono_literals;

namespace {

Value micros(std::chrono::microseconds duration) { return Value(duration.count()); }

}  // namespace

TEST_CASE("a pulse is as long as it says, or as the settings say") {
  TestRelay relay({{"pulse_time", micros(200ms)}});
  relay.start();
  relay.run("pulse");
  CHECK(relay.on());
  CHECK(relay.context.last("state") == Value(true));
  relay.context.advance(199ms);
  CHECK(relay.on());
  relay.context.advance(1ms);
  CHECK_FALSE(relay.on());
  relay.run("pulse", {{"for", micros(3s)}});
  relay.context.advance(2999ms);
  CHECK(relay.on());
  relay.context.advance(1ms);
  CHECK(relay.context.last("state") == Value(false));
}

TEST_CASE("a set ends what a pulse has begun, a second pulse begins anew") {
  TestRelay relay;
  relay.start();
  relay.run("pulse");
  relay.set(true);
  relay.context.advance(1h);
  CHECK(relay.on());
  relay.run("pulse", {{"for", micros(1s)}});
  relay.context.advance(900ms);
  relay.run("pulse", {{"for", micros(1s)}});
  relay.context.advance(900ms);
  CHECK(relay.on());
  relay.context.advance(100ms);
  CHECK_FALSE(relay.on());
}

TEST_CASE("who is killed during a pulse does not come back on") {
  TestRelay relay(Value::Map{{"restore", "last"}});
  relay.start();
  relay.set(true);
  relay.run("pulse");
  CHECK(relay.on());
  relay.kill_and_start();
  CHECK_FALSE(relay.on());
}

TEST_CASE("max_on ends the time on, and a second ON does not make it longer") {
  TestRelay relay({{"max_on", micros(10min)}, {"restore", "last"}});
  relay.start();
  relay.set(true);
  relay.context.advance(9min);
  relay.set(true);
  relay.context.advance(1min - 1us);
  CHECK(relay.on());
  relay.context.advance(1us);
  CHECK_FALSE(relay.on());
  CHECK(relay.context.last("state") == Value(false));
  CHECK(relay.context.saved("state") == Value(false));
  relay.set(true);
  relay.context.advance(9min);
  CHECK(relay.on());
  CHECK(refusal([&] { relay.run("pulse", {{"for", micros(11min)}}); }) == "out_of_range");
}

TEST_CASE("max_on goes on across a kill and across a clean stop") {
  const bool clean = GENERATE(false, true);
  TestRelay relay({{"max_on", micros(10min)}, {"restore", "last"}});
  relay.start();
  relay.set(true);
  relay.context.advance(9min);
  if (clean) relay.stop();
  relay.kill_and_start();
  CHECK(relay.line().history() == Levels{true});
  relay.context.advance(1min - 1s);
  CHECK(relay.on());
  relay.context.advance(1s);
  CHECK_FALSE(relay.on());
}

TEST_CASE("max_on that was over before the start: it is not on for a moment") {
  const char* restore = GENERATE("last", "on");
  TestRelay relay({{"max_on", micros(10min)}, {"restore", restore}});
  relay.start();
  relay.set(true);
  relay.context.advance(5min);
  relay.component.reset();  // killed
  relay.context.advance(5min);
  relay.kill_and_start();
  CHECK(relay.line().history() == Levels{false});
  relay.kill_and_start();
  CHECK(relay.line().history() == (std::string(restore) == "on" ? Levels{true} : Levels{false}));
}

TEST_CASE("a clean stop ends the time of a relay that every start switches on") {
  TestRelay relay({{"max_on", micros(10min)}, {"restore", "on"}});
  relay.start();
  relay.context.advance(9min);
  relay.stop();
  relay.context.advance(1h);
  relay.start();
  relay.context.advance(9min);
  CHECK(relay.on());
  relay.context.advance(1min);
  CHECK_FALSE(relay.on());
}

TEST_CASE("a date that jumps backwards makes the time on not longer than max_on") {
  TestRelay relay({{"max_on", micros(10min)}, {"restore", "last"}});
  relay.start();
  relay.set(true);
  relay.context.advance(9min);
  relay.context.jump_date(-24h * 365 * 60);
  relay.kill_and_start();
  relay.context.advance(10min);
  CHECK_FALSE(relay.on());
}

TEST_CASE("min_off refuses and says how long to wait") {
  TestRelay relay({{"min_off", micros(3min)}});
  relay.start();
  relay.set(true);  // nothing is known of the time before: it may go on
  relay.set(false);
  relay.context.advance(170s);
  try {
    relay.set(true);
    FAIL("it went on");
  } catch (const m2ag::CommandError& error) {
    CHECK(error.code() == "too_early");
    CHECK(std::string(error.what()) == "stays off for at least 180 s (`min_off`): wait 10 s");
  }
  CHECK_FALSE(relay.on());
  CHECK(refusal([&] { relay.run("pulse"); }) == "too_early");
  relay.context.advance(10s);
  CHECK(refusal([&] { relay.set(true); }).empty());
  relay.set(true);
  CHECK(relay.on());
}

TEST_CASE("min_off holds across a restart, and a relay that is restored waits for it") {
  TestRelay relay({{"min_off", micros(3min)}, {"restore", "last"}});
  relay.start();
  relay.set(true);
  relay.stop();  // off now
  relay.context.advance(1min);
  relay.kill_and_start();
  CHECK(relay.line().history() == Levels{false});
  CHECK(refusal([&] { relay.set(true); }) == "too_early");
  relay.context.advance(2min - 1s);
  CHECK_FALSE(relay.on());
  relay.context.advance(1s);
  CHECK(relay.on());
  // Killed while it was on: nobody knows since when it is off.
  relay.context.advance(1h);
  relay.kill_and_start();
  relay.context.advance(3min - 1s);
  CHECK_FALSE(relay.on());
  relay.context.advance(1s);
  CHECK(relay.on());
}

TEST_CASE("a restore that has to wait longer than its time on does not happen") {
  TestRelay relay({{"min_off", micros(3min)}, {"max_on", micros(2min)}, {"restore", "last"}});
  relay.start();
  relay.set(true);
  relay.context.advance(1min);
  relay.stop();
  relay.start();
  relay.context.advance(1h);
  CHECK(relay.line().history() == Levels{false});
  CHECK(relay.context.saved("state") == Value(false));
}

TEST_CASE("a command is stronger than a restore that waits") {
  TestRelay relay({{"min_off", micros(3min)}, {"restore", "last"}});
  relay.start();
  relay.set(true);
  relay.stop();
  relay.start();
  relay.set(false);
  relay.context.advance(1h);
  CHECK_FALSE(relay.on());
}

TEST_CASE("a locked relay refuses, also after a restart, until it is unlocked") {
  TestRelay relay({{"restore", "last"}, {"max_on", micros(10min)}});
  relay.start();
  CHECK(relay.context.last("locked") == Value(false));
  relay.set(true);
  relay.run("lock");
  CHECK(relay.context.last("locked") == Value(true));
  for (int starts = 0; starts < 2; ++starts) {
    CHECK(refusal([&] { relay.set(false); }) == "locked");
    CHECK(refusal([&] { relay.set(true); }) == "locked");
    CHECK(refusal([&] { relay.run("pulse"); }) == "locked");
    CHECK(relay.on());
    relay.kill_and_start();
  }
  relay.context.advance(10min);
  CHECK_FALSE(relay.on());  // safety acts all the same
  CHECK(refusal([&] { relay.set(true); }) == "locked");
  relay.run("unlock");
  relay.set(true);
  CHECK(relay.on());
}

TEST_CASE("a pulse that has begun ends although the relay was locked meanwhile") {
  TestRelay relay;
  relay.start();
  relay.run("pulse");
  relay.run("lock");
  relay.context.advance(1s);
  CHECK_FALSE(relay.on());
}

TEST_CASE("operations are counted and written at most once a minute, and at the stop") {
  TestRelay relay;
  relay.start();
  CHECK(relay.context.last("operations") == Value(0));
  relay.set(true);
  CHECK(relay.context.saved("operations") == Value(1));
  for (int i = 0; i < 5; ++i) {
    relay.set(false);
    relay.set(true);
  }
  CHECK(relay.context.last("operations") == Value(6));
  CHECK(relay.context.saved("operations") == Value(1));
  relay.context.advance(1min);
  CHECK(relay.context.saved("operations") == Value(6));
  relay.run("pulse");
  relay.set(false);
  relay.run("pulse");
  relay.stop();
  CHECK(relay.context.saved("operations") == Value(7));
  relay.kill_and_start();
  CHECK(relay.context.last("operations") == Value(7));
}

TEST_CASE("limits are registers: they count from what has happened already") {
  TestRelay relay({{"max_on", micros(10min)}, {"restore", "last"}});
  const auto reconfigure = [&](Value::Map settings) {
    settings["line"] = "GPIO17";
    settings["restore"] = "last";
    relay.plugin.type("relay").reconfigure(*relay.component, settings);
  };
  relay.start();
  relay.set(true);
  relay.context.advance(4min);

  SECTION("a longer time on") {
    reconfigure({{"max_on", micros(20min)}});
    relay.context.advance(16min - 1us);
    CHECK(relay.on());
    relay.context.advance(1us);
    CHECK_FALSE(relay.on());
  }
  SECTION("a shorter one that is over already") {
    reconfigure({{"max_on", micros(3min)}});
    relay.context.advance(0us);
    CHECK_FALSE(relay.on());
    CHECK(relay.context.saved("state") == Value(false));
  }
  SECTION("none, and one again: it counts from then on, also after a kill") {
    reconfigure({});
    relay.context.advance(1h);
    CHECK(relay.on());
    reconfigure({{"max_on", micros(5min)}});
    relay.context.advance(2min);
    relay.settings["max_on"] = micros(5min);
    relay.kill_and_start();
    CHECK(relay.on());
    relay.context.advance(3min);
    CHECK_FALSE(relay.on());
  }
  SECTION("the shortest time off") {
    relay.set(false);
    relay.context.advance(1min);
    reconfigure({{"min_off", micros(3min)}});
    CHECK(refusal([&] { relay.set(true); }) == "too_early");
    relay.settings = {{"line", "GPIO17"}, {"min_off", micros(3min)}, {"restore", "last"}};
    relay.kill_and_start();
    relay.context.advance(2min - 1us);
    CHECK(refusal([&] { relay.set(true); }) == "too_early");
    relay.context.advance(1us);
    CHECK(refusal([&] { relay.set(true); }).empty());
  }
  SECTION("a pulse") {
    relay.set(false);
    reconfigure({{"pulse_time", micros(2s)}});
    relay.run("pulse");
    relay.context.advance(2s - 1us);
    CHECK(relay.on());
    relay.context.advance(1us);
    CHECK_FALSE(relay.on());
  }
  SECTION("what does not go together is refused, and nothing has changed") {
    CHECK_THROWS_AS(reconfigure({{"safe", Value::Map{{"state", "on"}}}, {"max_on", micros(1min)}}), m2ag::ConfigError);
    relay.context.advance(5min);
    CHECK(relay.on());
  }
}

TEST_CASE("a date that jumps while the relay is on changes nothing about max_on, nor does a new max_on then") {
  const auto jump = GENERATE(-24h, -1h, 1h, 24h);
  TestRelay relay({{"max_on", micros(10min)}});
  relay.start();
  relay.set(true);
  relay.context.advance(4min);
  relay.context.jump_date(jump);
  relay.context.advance(4min);
  SECTION("as it was") {}
  SECTION("set anew") {
    relay.settings["max_on"] = micros(11min);
    relay.plugin.type("relay").reconfigure(*relay.component, relay.settings);
    relay.context.advance(1min);
  }
  relay.context.advance(2min - 1us);
  CHECK(relay.on());
  relay.context.advance(1us);
  CHECK_FALSE(relay.on());
}

TEST_CASE("a day of a relay with max_on and pulses while the date jumps: each time on ends when it should, and once") {
  TestRelay relay({{"max_on", micros(10min)}, {"pulse_time", micros(500ms)}});
  relay.start();
  const std::array<std::chrono::hours, 4> jumps{1h, -24h, 24h, -1h};
  for (std::size_t hour = 0; hour < 24; ++hour) {
    relay.set(true);
    relay.context.advance(5min);
    relay.context.jump_date(jumps[hour % jumps.size()]);
    relay.context.advance(5min - 1us);
    CHECK(relay.on());
    relay.context.advance(1us);
    CHECK_FALSE(relay.on());
    relay.context.advance(20min);
    relay.run("pulse");
    relay.context.advance(250ms);
    relay.context.jump_date(jumps[(hour + 1) % jumps.size()]);
    relay.context.advance(250ms - 1us);
    CHECK(relay.on());
    relay.context.advance(30min - 500ms + 1us);
    CHECK_FALSE(relay.on());
  }
  const Levels history = relay.line().history();
  CHECK(std::count(history.begin(), history.end(), true) == 48);
  CHECK(history.size() == 1 + 2 * 48);
}
