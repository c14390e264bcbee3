// Settings that come and go, and settings that do not go together.
#include <chrono>

#include "catch.h"
#include "test_relay.h"

using namespace std::chrono_literals;

namespace {

Value micros(std::chrono::microseconds duration) { return Value(duration.count()); }

}  // namespace

TEST_CASE("a limit that was taken away and comes back does not count what was before") {
  TestRelay relay(Value::Map{{"restore", "last"}});
  const auto restart = [&](const char* setting, std::optional<std::chrono::microseconds> value) {
    relay.settings.erase(setting);
    if (value) relay.settings[setting] = micros(*value);
    relay.stop();
    relay.kill_and_start();
  };
  relay.start();
  SECTION("max_on") {
    restart("max_on", 10min);
    relay.set(true);
    restart("max_on", std::nullopt);
    relay.context.advance(1h);
    if (GENERATE(false, true)) {
      relay.set(false);
      relay.set(true);
    }
    restart("max_on", 10min);
    CHECK(relay.line().history() == Levels{true});
    relay.context.advance(10min - 1us);
    CHECK(relay.on());
    relay.context.advance(1us);
    CHECK_FALSE(relay.on());
  }
  SECTION("min_off") {
    restart("min_off", 3min);
    relay.set(true);
    relay.set(false);
    restart("min_off", std::nullopt);
    relay.context.advance(1h);
    relay.set(true);
    relay.set(false);
    restart("min_off", 3min);
    CHECK(refusal([&] { relay.set(true); }) == "too_early");
    relay.context.advance(3min);
    CHECK(refusal([&] { relay.set(true); }).empty());
  }
  SECTION("nothing is written when there is nothing to forget") {
    restart("max_on", std::nullopt);
    CHECK_FALSE(relay.context.saved("on_since").has_value());
    CHECK_FALSE(relay.context.saved("off_since").has_value());
  }
}

TEST_CASE("a pulse_time that is longer than max_on is refused with both, a longer `for` by its name") {
  const std::string sentence = "pulse_time: expected at most `max_on`, 2 s, found 3 s";
  CHECK_THROWS_WITH(TestRelay({{"max_on", micros(2s)}, {"pulse_time", micros(3s)}}), sentence);
  TestRelay relay({{"max_on", micros(4s)}, {"pulse_time", micros(3s)}});
  relay.start();
  CHECK_THROWS_WITH(relay.run("pulse", {{"for", micros(5s)}}), "for: expected at most `max_on`, 4 s");
  relay.settings["max_on"] = micros(2s);
  CHECK_THROWS_WITH(relay.plugin.type("relay").reconfigure(*relay.component, relay.settings), sentence);
  relay.run("pulse");
  relay.context.advance(3s - 1us);
  CHECK(relay.on());
}
