// The watch over calls that do not come back, with a clock that the test drives.
#include "component/supervisor.h"

#include "catch.h"
#include "component/test_world.h"
#include "core/test_gate.h"

using namespace m2ag;
using namespace m2ag::host;
using namespace std::chrono_literals;

namespace {

/// Also when the test fails: nobody is left behind the gate when the world ends.
struct OpensAtEnd {
  Gate& gate;
  ~OpensAtEnd() { gate.open(); }
};

}  // namespace

TEST_CASE("a component that is stuck in its start says so, answers busy, and recovers when the start returns") {
  Gate gate;
  World world(World::Time::manual);
  const OpensAtEnd end{gate};
  world.script.on_start = [&] { gate.wait(); };
  world.start({"pump", "valve"});
  REQUIRE(gate.wait_arrived(2));
  CHECK(world.supervisor->find("pump")->state() == InstanceState::starting);
  world.send("m2ag/demo/pump/set", "ON");
  CHECK(world.replies.empty());  // it waits for the start

  world.advance(9s);
  CHECK(world.supervisor->find("pump")->state() == InstanceState::starting);
  CHECK(world.logged("\"start\" takes longer than 1 s"));
  world.advance(2s);
  REQUIRE(world.wait_state("stuck"));
  CHECK(world.supervisor->find("pump")->state() == InstanceState::stuck);
  CHECK_THAT(world.supervisor->find("pump")->reason(), Catch::Contains("\"start\" has been running for 11 s"));
  const Reply late = world.wait_reply();
  CHECK(late.code == "busy");
  CHECK_THAT(late.message, Catch::Contains("it is still in \"start\"; nothing was changed"));

  const Reply refused = world.command("m2ag/demo/pump/set", "ON");
  CHECK(refused.code == "busy");
  CHECK_THAT(refused.message, Catch::Contains("has been running for"));

  SECTION("it returns well") {
    gate.open();
    REQUIRE(world.wait([&] { return world.availability == std::vector<std::string>{"online", "online"}; }));
    world.advance(500ms);
    CHECK(world.supervisor->find("pump")->state() == InstanceState::running);
    CHECK(world.registry.value("pump", "state") == Value(false));
    CHECK(world.command("m2ag/demo/pump/set", "ON").ok);
  }
  SECTION("it returns with an error") {
    world.script.fail_start = true;
    gate.open();
    REQUIRE(world.wait([&] { return world.availability == std::vector<std::string>{"offline", "offline"}; }));
    world.script.fail_start = false;
    CHECK(world.command("m2ag/demo/pump/set", "ON").code == "unavailable");
    CHECK(world.supervisor->find("pump")->state() == InstanceState::failed);
    world.advance(60s);
    REQUIRE(world.wait([&] { return world.availability.back() == "online"; }));
  }
}

TEST_CASE("a component that is stuck in a command recovers when the command returns") {
  Gate gate;
  World world(World::Time::manual);
  const OpensAtEnd end{gate};
  world.script.on_set = [&] { gate.wait(); };
  world.start();
  REQUIRE(world.wait_state("running"));
  world.send("m2ag/demo/pump/set", "ON");
  REQUIRE(gate.wait_arrived(1));
  world.advance(11s);
  REQUIRE(world.wait_state("stuck"));
  CHECK(world.command("m2ag/demo/pump/set", "OFF").code == "busy");
  gate.open();
  REQUIRE(world.wait_reply(2).ok);
  world.advance(500ms);
  REQUIRE(world.wait_state("running"));
  CHECK(world.registry.value("pump", "state") == Value(true));
}
