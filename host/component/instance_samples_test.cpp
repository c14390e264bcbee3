// Readings that fail: tried again, counted, and only then a failure of the component.
#include "catch.h"
#include "component/test_world.h"

using namespace m2ag;
using namespace m2ag::host;
using namespace std::chrono_literals;

namespace {

constexpr auto kInterval = 10s;  // World's

bool idle(const World& world) {
  return world.supervisor->find("pump")->lane()->wait_idle(std::chrono::steady_clock::now() + 30s);
}

/// The clock goes on and what that leads to has been done.
void pass(World& world, Clock::duration time) {
  world.advance(time);
  REQUIRE(idle(world));
}

}  // namespace

TEST_CASE("a reading that failed is had at another try: the component stays online and the error is counted") {
  World world(World::Time::manual);
  world.start();
  REQUIRE(idle(world));
  for (int round = 1; round <= 3; ++round) {
    world.script.fail_sample = true;
    pass(world, kInterval - (round == 1 ? 0s : 2s));
    pass(world, 1s);
    world.script.fail_sample = false;
    world.script.temperature = 20 + round;
    pass(world, 1s);
    CHECK(world.registry.value("pump", "temperature") == Value(20.0 + round));
    CHECK(world.supervisor->find("pump")->errors() == 2 * static_cast<std::uint64_t>(round));
  }
  CHECK(world.supervisor->find("pump")->failures() == 0);
  CHECK(world.availability == std::vector<std::string>{"online"});
  CHECK(world.script.starts == 1);
}

TEST_CASE("another try does not move the grid of the readings") {
  World world(World::Time::manual);
  world.start();
  REQUIRE(idle(world));
  world.script.fail_sample = true;
  pass(world, kInterval);
  world.script.fail_sample = false;
  pass(world, 1s);
  CHECK(world.script.samples == 3);
  pass(world, kInterval - 1s - 1ms);
  CHECK(world.script.samples == 3);
  pass(world, 1ms);
  CHECK(world.script.samples == 4);
}

TEST_CASE("a device that is gone is known to be within two intervals, and one that is back as well") {
  World world(World::Time::manual);
  world.start();
  REQUIRE(idle(world));
  world.script.fail_sample = true;
  pass(world, kInterval);
  CHECK(world.availability.back() == "online");
  pass(world, 1s);
  CHECK(world.availability.back() == "online");
  pass(world, 1s);
  CHECK(world.availability.back() == "offline");
  CHECK(world.supervisor->find("pump")->failures() == 1);
  CHECK(world.supervisor->find("pump")->errors() == 3);

  for (int tries = 0; tries < 100; ++tries) pass(world, 10s);  // away for long
  world.script.fail_sample = false;
  pass(world, kInterval);
  CHECK(world.availability.back() == "online");
  CHECK(world.events == std::vector<std::string>{"component_failed", "component_recovered"});
}

TEST_CASE("the first reading after a start is not tried three times: the start is") {
  World world(World::Time::manual);
  world.script.fail_sample = true;
  world.start();
  REQUIRE(idle(world));
  CHECK(world.script.samples == 1);
  CHECK(world.supervisor->find("pump")->state() == InstanceState::failed);
}
