// `for` of a set: the way back is kept until it has been gone, whatever fails or stops in between.
#include <array>
#include <atomic>
#include <cstdint>
#include <limits>

#include "catch.h"
#include "component/instance.h"
#include "component/test_world.h"
#include "core/json.h"

using namespace m2ag;
using namespace m2ag::host;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kTenMinutes = 600'000'000;

std::optional<Value> row(const World& world, const char* channel = "state") {
  return world.store->get("pump", std::string("for:") + channel);
}

Value pending(Value after, Value since = 1, Value duration = 1000) {
  return Value::Map{{"after", std::move(after)}, {"since", std::move(since)}, {"duration", std::move(duration)}};
}

}  // namespace

TEST_CASE("a set for a time goes back by itself") {
  World world;
  world.start();
  REQUIRE(world.wait_state("running"));
  world.send("m2ag/demo/pump/set", R"({"value":"ON","for":"50ms"})");
  CHECK(world.wait_reply().ok);
  REQUIRE(world.wait([&] { return world.registry.value("pump", "state") == Value(false); }));
}

TEST_CASE("a set for a time that a restart interrupts goes back after it") {
  World world;
  world.store->save("pump", "state", true);
  world.store->save("pump", "for:state", Value::Map{{"after", false}, {"since", 1}, {"duration", 1000}});
  world.start();
  REQUIRE(world.wait([&] { return world.registry.value("pump", "state") == Value(false); }));
  REQUIRE(world.wait([&] { return !world.store->get("pump", "for:state").has_value(); }));
}

TEST_CASE("a set for a time ends in time although the box boots in 1970 after it") {
  World world(World::Time::manual);
  const auto set_at = world.clock.system_now();
  const auto since = std::chrono::duration_cast<std::chrono::seconds>(set_at.time_since_epoch()).count();
  world.store->save("pump", "state", true);
  world.store->save("pump", "for:state", pending(false, since, kTenMinutes));
  world.jump_date(-24h * 365 * 50);
  world.floor_clock.raise(set_at + 4min);  // what was written last before the power cut
  world.start();
  REQUIRE(world.wait_state("running"));
  REQUIRE(world.command("m2ag/demo/pump/level/set", "1").ok);  // on the lane behind the start: what is pending is armed
  REQUIRE(world.wait_idle("pump"));                            // a call under way would count as one of that length
  world.advance(5min);
  REQUIRE(world.command("m2ag/demo/pump/level/set", "2").ok);
  CHECK(row(world));
  world.advance(1min);
  CHECK(world.wait([&] { return !row(world); }));
}

TEST_CASE("a command that moves a channel ends what is pending for it, though it is none of that channel") {
  World world(World::Time::manual);
  world.script.sets_with = [](Context& context, bool on) {
    if (!on) context.publish("level", 0.0);
  };
  world.start();
  REQUIRE(world.wait_state("running"));
  REQUIRE(world.command("m2ag/demo/pump/level/set", "20").ok);
  REQUIRE(world.command("m2ag/demo/pump/level/set", R"({"value":70,"for":"3m"})").ok);
  REQUIRE(world.command("m2ag/demo/pump/set", "ON").ok);
  CHECK(row(world, "level"));
  REQUIRE(world.command("m2ag/demo/pump/set", "OFF").ok);
  CHECK_FALSE(row(world, "level"));
  world.advance(4min);
  REQUIRE(world.command("m2ag/demo/pump/set", "ON").ok);
  CHECK(world.registry.value("pump", "level") == Value(0.0));
}

TEST_CASE("a second set for a time goes back to where the first would have") {
  World world(World::Time::manual);
  world.start();
  REQUIRE(world.wait_state("running"));
  REQUIRE(world.command("m2ag/demo/pump/level/set", "20").ok);
  REQUIRE(world.command("m2ag/demo/pump/level/set", R"({"value":70,"for":"3m"})").ok);
  REQUIRE(world.command("m2ag/demo/pump/level/set", R"({"value":70,"for":"1m"})").ok);
  REQUIRE(world.command("m2ag/demo/pump/state/set", R"({"value":"toggle","for":"3m"})").ok);
  REQUIRE(world.command("m2ag/demo/pump/state/set", R"({"value":"toggle","for":"1m"})").ok);
  REQUIRE(world.wait_idle("pump"));  // a call under way would count as one of that length
  world.advance(61s);
  REQUIRE(world.wait([&] { return world.registry.value("pump", "level") == Value(20.0); }));
  REQUIRE(world.wait([&] { return !row(world, "level") && !row(world, "state"); }));
  CHECK(world.registry.value("pump", "state") == Value(false));
  world.advance(10min);
  CHECK(world.registry.value("pump", "level") == Value(20.0));
}

TEST_CASE("a set that is refused leaves the time of the one before as it was") {
  World world(World::Time::manual);
  world.start();
  REQUIRE(world.wait_state("running"));
  REQUIRE(world.command("m2ag/demo/pump/set", R"({"value":"ON","for":"10m"})").ok);
  const auto before = row(world);
  REQUIRE(before);
  CHECK(before->find("duration")->as_integer() == kTenMinutes);
  CHECK(before->find("after")->as_bool() == false);

  world.script.on_set = [] { throw CommandError("locked", "locked by hand"); };
  world.advance(9min);
  const char* payload = GENERATE("ON", "OFF", R"({"value":"ON","for":"1h"})", R"({"value":"OFF","for":"1h"})");
  CHECK(world.command("m2ag/demo/pump/set", payload).code == "locked");
  CHECK(row(world) == before);
  CHECK(world.registry.value("pump", "state") == Value(true));

  world.script.on_set = nullptr;
  world.advance(1min);
  CHECK(world.wait_value("state", false));
  CHECK(world.wait([&] { return !row(world); }));
}

TEST_CASE("an end that is refused is asked for again, once a second, and fails nothing") {
  World world(World::Time::manual);
  world.start();
  REQUIRE(world.wait_state("running"));
  REQUIRE(world.command("m2ag/demo/pump/set", R"({"value":"ON","for":"1s"})").ok);
  std::atomic<int> asked{0};
  std::atomic<bool> locked{true};
  world.script.on_set = [&] {
    ++asked;
    if (locked) throw CommandError("locked", "it is locked by hand");
  };
  world.advance(1s);
  REQUIRE(world.wait([&] { return asked == 1; }));
  CHECK(world.wait([&] { return world.logged("its time is over, but it is locked by hand"); }));
  CHECK(world.command("m2ag/demo/pump/level/set", "1").ok);  // behind it on the lane: the next try is armed
  CHECK(row(world));
  locked = false;
  world.advance(1001ms);
  CHECK(world.wait_value("state", false));
  CHECK(world.wait([&] { return !row(world); }));
  CHECK(asked == 2);
  CHECK(world.states.back() == "running");
  CHECK(world.script.stops == 0);
  world.supervisor->stop();
}

TEST_CASE("a set that fails its component leaves the time of the one before, which goes on after the next start") {
  World world(World::Time::manual);
  world.start();
  REQUIRE(world.wait_state("running"));
  REQUIRE(world.command("m2ag/demo/pump/set", R"({"value":"ON","for":"10m"})").ok);
  const auto before = row(world);
  REQUIRE(before);

  world.script.on_set = [] { throw DeviceError("no answer"); };
  const char* payload = GENERATE("ON", R"({"value":"ON","for":"1h"})");
  CHECK(world.command("m2ag/demo/pump/set", payload).code == "failed");
  REQUIRE(world.wait_state("failed"));
  CHECK(row(world) == before);

  world.script.on_set = nullptr;
  world.advance(1s);  // the first retry
  REQUIRE(world.wait_state("running"));
  CHECK(world.registry.value("pump", "state") == Value(true));
  CHECK(world.command("m2ag/demo/pump/level/set", "1").ok);  // on the lane behind the start: what is pending is armed
  world.advance(10min);
  CHECK(world.wait_value("state", false));
  CHECK(world.wait([&] { return !row(world); }));
}

TEST_CASE("the way back is saved before the way there is gone, and not kept when it cannot be gone") {
  World world;
  world.start();
  REQUIRE(world.wait_state("running"));
  std::optional<Value> during;
  world.script.on_set = [&] {
    during = row(world);
    throw CommandError("locked", "locked by hand");
  };
  CHECK(world.command("m2ag/demo/pump/set", R"({"value":"ON","for":"10m"})").code == "locked");
  REQUIRE(during);
  CHECK(during->find("after")->as_bool() == false);
  CHECK(during->find("duration")->as_integer() == kTenMinutes);
  CHECK_FALSE(row(world));
}

TEST_CASE("a plain set that is carried out ends what was pending") {
  World world(World::Time::manual);
  world.start();
  REQUIRE(world.wait_state("running"));
  REQUIRE(world.command("m2ag/demo/pump/set", R"({"value":"ON","for":"10m"})").ok);
  REQUIRE(world.command("m2ag/demo/pump/set", "ON").ok);
  CHECK_FALSE(row(world));
  world.advance(10min);
  CHECK(world.command("m2ag/demo/pump/level/set", "1").ok);  // behind the timer, were there one
  CHECK(world.registry.value("pump", "state") == Value(true));
}

TEST_CASE("a pending row that no longer fits is dropped with a line in the log, and the component runs") {
  struct Bad {
    const char* key;
    Value row;
  };
  const std::array<Bad, 14> bad{{
      {"for:state", "rubbish"},
      {"for:state", Value::List{1, 2}},
      {"for:state", Value::Map{}},
      {"for:state", Value::Map{{"after", false}, {"since", 1}}},
      {"for:state", pending("maybe")},
      {"for:state", pending("toggle")},
      {"for:state", pending(21.5)},
      {"for:state", pending(Value())},
      {"for:state", pending(false, "yesterday")},
      {"for:state", pending(false, 1, 1.5)},
      {"for:level", pending(500)},
      {"for:level", pending("warm")},
      {"for:temperature", pending(20)},
      {"for:nothing", pending(false)},
  }};
  for (const Bad& each : bad) {
    INFO(each.key << " " << dump_json(each.row));
    World world;
    world.store->save("pump", each.key, each.row);
    world.store->save("pump", "state", true);
    world.start();
    REQUIRE(world.wait([&] { return !world.store->get("pump", each.key); }));
    CHECK(world.logged(std::string("what was pending for ") + (each.key + 4)));
    CHECK(world.command("m2ag/demo/pump/level/set", "7").ok);
    CHECK(world.supervisor->find("pump")->state() == InstanceState::running);
    CHECK(world.registry.value("pump", "state") == Value(true));
    CHECK(world.supervisor->find("pump")->failures() == 0);
  }
}

TEST_CASE("a pending row with a word for its value goes back to what the word means") {
  World world;
  world.store->save("pump", "state", true);
  world.store->save("pump", "for:state", pending("off"));
  world.store->save("pump", "for:level", pending("42"));
  world.start();
  CHECK(world.wait_value("state", false));
  CHECK(world.wait_value("level", 42.0));
  CHECK(world.wait([&] { return !row(world) && !row(world, "level"); }));
  CHECK(world.supervisor->find("pump")->failures() == 0);
}

TEST_CASE("a start is told which `for` is over by then") {
  const auto seen = [](const Value& row) {
    World world(World::Time::manual);
    world.store->save("pump", "for:state", row);
    std::optional<Value> after;
    world.script.starts_with = [&](Context& context) {
      CHECK_FALSE(context.overdue("level"));
      CHECK_FALSE(context.overdue("nothing"));
      after = context.overdue("state");
    };
    world.start();
    REQUIRE(world.wait_state("running"));
    return after;
  };
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  CHECK(seen(pending(false)) == Value(false));
  CHECK_FALSE(seen(pending(false, kMost, 1'000'000)));  // is not over yet
  CHECK_FALSE(seen(pending("warm")));
}

TEST_CASE("times that are out of all reason go back at once or within what may be asked for") {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  World world(World::Time::manual);
  world.store->save("pump", "state", true);
  Clock::duration wait = 0s;
  SECTION("begun before time began") { world.store->save("pump", "for:state", pending(false, kLeast, kMost)); }
  SECTION("less than no time") { world.store->save("pump", "for:state", pending(false, kMost, kLeast)); }
  SECTION("in the far future, for ever") {
    world.store->save("pump", "for:state", pending(false, kMost, 2 * kLongestDuration.count()));
    wait = kLongestDuration;
  }
  world.start();
  REQUIRE(world.wait_state("running"));
  CHECK(world.command("m2ag/demo/pump/level/set", "1").ok);  // on the lane behind the start: what is pending is armed
  world.advance(wait);
  CHECK(world.wait_value("state", false));
  CHECK(world.wait([&] { return !row(world); }));
}
