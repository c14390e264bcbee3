#include "component/roster.h"

#include <atomic>
#include <thread>

#include "catch.h"
#include "component/test_world.h"

using namespace m2ag;
using namespace m2ag::host;

using Ids = std::vector<std::string>;

namespace {

Value naming(Value::List ids) { return Value::Map{{"interlock", std::move(ids)}}; }

}  // namespace

TEST_CASE("who names a component: in a text or a list, by its whole id, whether it runs or not") {
  Roster roster;
  roster.exchange({{"a", "relay", true, Value::Map{{"note", "b"}}},
                   {"b", "relay", true, naming({"a", "c", "a"})},
                   {"c", "relay", false, naming({"a", "aa", "a/state"})},
                   {"d", "thermostat", true, Value::Map{{"output", "a"}, {"limit", 3}}},
                   {"e", "expression", true, Value()},
                   {"f", "relay", true, naming({"f", "nobody"})}});
  CHECK(roster.named_by("a", "interlock") == Ids{"b", "c"});
  CHECK(roster.named_by("a", "output") == Ids{"d"});
  CHECK(roster.named_by("b", "note") == Ids{"a"});
  CHECK(roster.named_by("b", "interlock").empty());
  CHECK(roster.named_by("c", "interlock") == Ids{"b"});
  CHECK(roster.named_by("f", "interlock").empty());
  CHECK(roster.named_by("nobody", "interlock").empty());
}

TEST_CASE("the type of a component is known when it may run here") {
  Roster roster;
  CHECK_FALSE(roster.type_of("a"));
  roster.exchange({{"a", "relay", true, Value::Map{}}, {"b", "relay", false, Value::Map{}}});
  CHECK(roster.type_of("a") == "relay");
  CHECK_FALSE(roster.type_of("b"));
  CHECK_FALSE(roster.type_of("c"));
}

TEST_CASE("what is taken over replaces all that was known") {
  Roster roster;
  roster.exchange({{"a", "relay", true, Value::Map{}}, {"b", "relay", true, naming({"a"})}});
  roster.exchange({{"a", "led", true, Value::Map{}}, {"b", "relay", true, naming({})}});
  CHECK(roster.named_by("a", "interlock").empty());
  CHECK(roster.type_of("a") == "led");
  roster.exchange({});
  CHECK_FALSE(roster.type_of("a"));
}

TEST_CASE("a component that asks while another descriptor is taken over sees the one or the other") {
  Roster roster;
  const std::vector<Roster::Entry> one{{"a", "relay", true, Value::Map{}}, {"b", "relay", true, naming({"a"})}};
  const std::vector<Roster::Entry> other{{"a", "led", true, Value::Map{}}, {"c", "relay", true, naming({"a"})}};
  roster.exchange(one);
  std::atomic<bool> ended{false};
  std::jthread reader([&] {
    while (!ended) {
      const Ids by = roster.named_by("a", "interlock");
      if (by != Ids{"b"} && by != Ids{"c"}) ended = true;
    }
  });
  for (int i = 0; i < 2000; ++i) roster.exchange(i % 2 == 0 ? other : one);
  CHECK_FALSE(ended.exchange(true));
}

TEST_CASE("a component asks its host who names it") {
  World world;
  world.peers.roster().exchange(
      {{"pump", "scripted", true, Value::Map{}}, {"valve", "relay", false, naming({"pump"})}});
  Ids by;
  std::optional<std::string> own, others;
  world.script.starts_with = [&](Context& context) {
    by = context.named_by("interlock");
    own = context.type_of("pump");
    others = context.type_of("valve");
  };
  world.start();
  REQUIRE(world.wait_state("running"));
  CHECK(by == Ids{"valve"});
  CHECK(own == "scripted");
  CHECK_FALSE(others);
}
