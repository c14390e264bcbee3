// A whole day of one component: its readings, its own timers and what is set for a time, while the date jumps and the process is suspended.
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>

#include "catch.h"
#include "component/test_world.h"

using namespace m2ag;
using namespace m2ag::host;
using namespace std::chrono_literals;

namespace {

constexpr auto kInterval = 10s;  // World's
constexpr std::array<std::chrono::hours, 4> kJumps{1h, -24h, 24h, -1h};

/// A component that also has timers of its own, and counts who sets it.
struct Day {
  World world{World::Time::manual};
  std::atomic<int> minutes{0}, quarters{0}, ons{0}, offs{0};
  Handle every, after;
  std::function<void()> arm;

  Day() {
    world.script.starts_with = [this](Context& context) {
      every = context.every(1min, [this] { ++minutes; });
      arm = [this, &context] {
        after = context.after(15min, [this] {
          ++quarters;
          arm();
        });
      };
      arm();
    };
    world.script.sets_with = [this](Context&, bool on) { ++(on ? ons : offs); };
    world.start();
    settle();
  }
  ~Day() {
    world.supervisor->stop();
    every.reset();
    after.reset();
  }

  void settle() { REQUIRE(world.supervisor->find("pump")->lane()->wait_idle(std::chrono::steady_clock::now() + 30s)); }
  /// Step by step, as the thread of the timers would.
  void pass(Clock::duration time) {
    for (; time >= kInterval; time -= kInterval) {
      world.advance(kInterval);
      settle();
    }
  }
  bool is(bool on) { return world.registry.value("pump", "state") == Value(on); }
};

}  // namespace

TEST_CASE("a day of a component while the date jumps: no reading, timer or `for` is lost, none comes twice") {
  Day day;
  for (std::size_t hour = 0; hour < 24; ++hour) {
    INFO("hour " << hour);
    REQUIRE(day.world.command("m2ag/demo/pump/set", R"({"value":"ON","for":"20m"})").ok);
    day.pass(10min);
    day.world.jump_date(kJumps[hour % kJumps.size()]);
    day.pass(10min - kInterval);
    REQUIRE(day.is(true));
    day.pass(kInterval);
    REQUIRE(day.is(false));
    day.world.jump_date(kJumps[(hour + 1) % kJumps.size()]);
    day.pass(40min);
    REQUIRE(day.is(false));
  }
  CHECK(day.world.script.samples == 1 + 24h / kInterval);
  CHECK(day.minutes == 24 * 60);
  CHECK(day.quarters == 24 * 4);
  CHECK(day.ons == 24);
  CHECK(day.offs == 24);
  CHECK(day.world.script.starts == 1);
  CHECK(day.world.supervisor->find("pump")->errors() == 0);
  CHECK(day.world.availability == std::vector<std::string>{"online"});
}

TEST_CASE("a component of a process that was suspended for an hour is read once, and its `for` ends once") {
  Day day;
  REQUIRE(day.world.command("m2ag/demo/pump/set", R"({"value":"ON","for":"20m"})").ok);
  const int samples = day.world.script.samples;
  day.world.advance(1h);
  day.settle();
  CHECK(day.world.script.samples == samples + 1);
  CHECK(day.minutes == 1);
  CHECK(day.quarters == 1);
  CHECK(day.is(false));
  CHECK(day.offs == 1);
  CHECK(day.world.states.back() == "running");  // not stuck: no call has taken an hour
  day.pass(1h);
  CHECK(day.world.script.samples == samples + 1 + 360);
  CHECK(day.minutes == 1 + 60);
  CHECK(day.quarters == 1 + 4);
  CHECK(day.offs == 1);
}
