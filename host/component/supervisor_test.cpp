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
    REQUIRE(world.wait_idle("pump"));
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
    REQUIRE(world.wait_availability("online"));
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
  REQUIRE(world.wait_idle("pump"));
  world.advance(500ms);
  REQUIRE(world.wait_state("running"));
  CHECK(world.registry.value("pump", "state") == Value(true));
}

TEST_CASE("a component that is stuck in the edge of an input is named") {
  Gate gate;
  World world(World::Time::manual);
  const OpensAtEnd end{gate};
  world.hardware.simulated_gpio().add_line({"BUTTON"});
  world.script.on_edge = [&] { gate.wait(); };
  world.start();
  REQUIRE(world.wait_state("running"));
  world.hardware.simulated_line({"BUTTON"})->drive(true);
  REQUIRE(gate.wait_arrived(1));
  world.advance(11s);
  REQUIRE(world.wait_state("stuck"));
  CHECK_THAT(world.supervisor->find("pump")->reason(), Catch::Contains("\"edge\" has been running for 11 s"));
}

namespace {

InstanceConfig same_as(const Instance& instance) {
  InstanceConfig config = instance.config();
  return config;
}

}  // namespace

TEST_CASE("one component is replaced, the others do not notice") {
  World world;
  world.start({"pump", "valve"});
  REQUIRE(world.wait([&] { return world.availability.size() == 2; }));
  const auto pump = world.supervisor->find("pump"), valve = world.supervisor->find("valve");
  CHECK(world.supervisor->stop({"pump", "nobody"}).empty());
  CHECK(world.command("m2ag/demo/pump/set", "ON").code == "unavailable");
  InstanceConfig lamp = same_as(*pump);
  lamp.id = "lamp";
  world.supervisor->replace({"pump"}, {same_as(*pump), lamp});
  world.router->update({});
  REQUIRE(world.wait([&] { return world.supervisor->find("lamp")->state() == InstanceState::running; }));
  CHECK(world.command("m2ag/demo/pump/set", "ON").ok);
  CHECK(world.command("m2ag/demo/lamp/set", "ON").ok);
  CHECK(world.supervisor->find("valve") == valve);
  CHECK(world.supervisor->find("pump") != pump);
  CHECK(world.script.starts == 4);

  CHECK(world.supervisor->stop({"lamp"}).empty());
  world.supervisor->replace({"lamp"}, {});
  world.router->update({});
  CHECK(world.command("m2ag/demo/lamp/set", "ON").code == "unknown_component");
}

TEST_CASE("what a component does after it was abandoned is not taken for its successor's") {
  Gate gate;
  World world;
  const OpensAtEnd end{gate};
  world.script.on_set = [&] { gate.wait(); };
  world.start();
  REQUIRE(world.wait_state("running"));
  world.send("m2ag/demo/pump/set", "ON");
  REQUIRE(gate.wait_arrived(1));
  const auto old = world.supervisor->find("pump");
  CHECK(world.supervisor->stop({"pump"}) == std::vector<std::string>{"pump"});
  CHECK(world.wait_reply().code == "failed");
  CHECK(world.logged("did not stop within 5 s"));
  CHECK(world.states.back() == "stuck");
  CHECK(old->reason() == "did not stop within 5 s: abandoned");
  CHECK(world.availability.back() == "offline");  // who relies on it is told
  world.supervisor->replace({"pump"}, {same_as(*old)});
  world.router->update({});
  REQUIRE(world.wait([&] { return world.supervisor->find("pump")->state() == InstanceState::running; }));
  CHECK_FALSE(world.supervisor->stop());  // one thread is still in the plugin's code
  std::size_t states = 0;
  world.wait([&] { return (states = world.states.size()) > 0; });
  gate.open();
  REQUIRE(old->lane()->wait_idle(std::chrono::steady_clock::now() + 10s));
  CHECK(world.script.stops == 2);
  CHECK(world.states.size() == states);
  CHECK_FALSE(world.store->get("pump", "state"));
  CHECK(world.supervisor->stop());
}

TEST_CASE("a `for` that an abandoned component could not begin leaves its successor's alone") {
  Gate gate;
  World world;
  const OpensAtEnd end{gate};
  std::atomic<bool> first{true};
  world.script.on_set = [&] {
    if (!first.exchange(false)) return;
    gate.wait();
    throw DeviceError("the bus is gone");
  };
  world.start();
  REQUIRE(world.wait_state("running"));
  world.send("m2ag/demo/pump/set", R"({"value":"ON","for":"10m"})");
  REQUIRE(gate.wait_arrived(1));
  const auto old = world.supervisor->find("pump");
  CHECK(world.supervisor->stop({"pump"}).size() == 1);
  world.supervisor->replace({"pump"}, {same_as(*old)});
  world.router->update({});
  REQUIRE(world.wait([&] { return world.supervisor->find("pump")->state() == InstanceState::running; }));
  CHECK(world.command("m2ag/demo/pump/set", R"({"value":"ON","for":"20m"})").ok);
  const auto pending = world.store->get("pump", "for:state");
  REQUIRE(pending);
  gate.open();
  REQUIRE(old->lane()->wait_idle(std::chrono::steady_clock::now() + 10s));
  CHECK(world.store->get("pump", "for:state") == pending);
}
