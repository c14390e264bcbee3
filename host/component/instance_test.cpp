// A component's life on real lanes, with plugins written here: what fails, what is retried, what is answered.
#include "component/instance.h"

#include <latch>

#include "catch.h"
#include "component/test_world.h"

using namespace m2ag;
using namespace m2ag::host;
using namespace std::chrono_literals;

TEST_CASE("a component starts, samples at once and is online") {
  World world;
  world.start();
  REQUIRE(world.wait([&] { return world.availability == std::vector<std::string>{"online"}; }));
  CHECK(world.states == std::vector<std::string>{"starting", "running"});
  CHECK(world.registry.value("pump", "temperature") == Value(21.5));
}

TEST_CASE("a failed reading publishes no number, makes it offline and is tried again after a second") {
  World world;
  world.script.fail_sample = true;
  world.start();
  REQUIRE(world.wait([&] { return world.events == std::vector<std::string>{"component_failed"}; }));
  CHECK(world.availability == std::vector<std::string>{"offline"});
  CHECK_FALSE(world.registry.value("pump", "temperature").has_value());
  world.script.fail_sample = false;
  REQUIRE(world.wait_availability("online"));
  CHECK(world.script.starts == 2);
  REQUIRE(world.wait_event("component_recovered"));
}

TEST_CASE("a number that is not finite never leaves the host") {
  World world;
  world.script.publish_nan = true;
  world.start();
  REQUIRE(world.wait_state("failed"));
  CHECK_THAT(world.supervisor->find("pump")->reason(), Catch::Contains("not finite"));
  CHECK_FALSE(world.registry.value("pump", "temperature").has_value());
}

TEST_CASE("wrong settings stay failed and are not tried again") {
  World world;
  world.script.config_error = true;
  world.start();
  REQUIRE(world.wait_state("failed"));
  // What the failure leads to has been done.
  REQUIRE(world.supervisor->find("pump")->lane()->wait_idle(std::chrono::steady_clock::now() + 30s));
  CHECK_THAT(world.supervisor->find("pump")->reason(),
             Catch::Contains("the line does not exist") && Catch::Contains("stays failed"));
  CHECK(world.scheduler.size() == 1);  // the supervisor's watch, no retry
}

TEST_CASE("a command is answered once its effect is durable") {
  World world;
  world.start();
  REQUIRE(world.wait_state("running"));
  world.send("m2ag/demo/pump/state/set", "ON");
  const Reply reply = world.wait_reply();
  CHECK(reply.ok);
  CHECK(reply.command == "state/set");
  CHECK(reply.address.response_topic == "answers/1");
  CHECK(world.registry.value("pump", "state") == Value(true));
  CHECK_FALSE(world.store->pending("pump"));
  world.send("m2ag/demo/pump/set", "toggle");
  world.wait_reply(2);
  CHECK(world.registry.value("pump", "state") == Value(false));
}

TEST_CASE("a component that blocks answers busy when its queue is full, and the others go on") {
  World world;
  std::latch blocked(1), release(1);
  world.start({"pump", "valve"});
  REQUIRE(world.wait([&] { return world.availability.size() == 2; }));
  std::atomic<int> calls{0};
  world.script.on_set = [&] {
    if (calls++ > 0) return;
    blocked.count_down();
    release.wait();
  };
  world.send("m2ag/demo/pump/set", "ON");
  blocked.wait();
  for (std::size_t i = 0; i < Lane::kDefaultCapacity; ++i) world.send("m2ag/demo/pump/set", "OFF");
  world.send("m2ag/demo/pump/set", "ON");
  const Reply busy = world.wait_reply();
  CHECK(busy.code == "busy");
  world.send("m2ag/demo/valve/set", "ON");
  CHECK(world.wait_reply(2).ok);
  CHECK(world.registry.value("valve", "state") == Value(true));
  release.count_down();
  world.wait_reply(2 + 1 + Lane::kDefaultCapacity);
  CHECK(world.registry.value("pump", "state") == Value(false));
}

TEST_CASE("a handler that fails answers, and fails its component only") {
  World world;
  world.start({"pump", "valve"});
  REQUIRE(world.wait([&] { return world.availability.size() == 2; }));
  world.script.on_set = [] { throw DeviceError("the relay is stuck"); };
  world.send("m2ag/demo/pump/set", "ON");
  const Reply reply = world.wait_reply();
  CHECK(reply.code == "failed");
  CHECK(reply.message == "the relay is stuck");
  CHECK(world.supervisor->find("pump")->state() == InstanceState::failed);
  CHECK(world.supervisor->find("valve")->state() == InstanceState::running);
  world.script.on_set = [] { throw CommandError("locked", "locked by hand"); };
  world.send("m2ag/demo/valve/set", "ON");
  CHECK(world.wait_reply(2).code == "locked");
  CHECK(world.supervisor->find("valve")->state() == InstanceState::running);
}

TEST_CASE("a secret of the settings is in no reason, log line or answer") {
  World world;
  world.settings = Value::Map{{"line", "TOPSECRET"}};
  world.secrets = {"components.pump.line"};
  world.script.starts_with = [](Context& context) { context.log(LogLevel::warning, "opens TOPSECRET"); };
  world.start();
  REQUIRE(world.wait_state("running"));
  world.script.on_set = [] { throw CommandError("locked", "TOPSECRET is locked"); };
  CHECK(world.command("m2ag/demo/pump/set", "ON").message == "(secret) is locked");
  world.script.on_set = [] { throw DeviceError("no line TOPSECRET"); };
  CHECK(world.command("m2ag/demo/pump/set", "ON").message == "no line (secret)");
  REQUIRE(world.wait_state("failed"));
  CHECK(world.supervisor->find("pump")->reason().starts_with("no line (secret); next try"));
  REQUIRE(world.wait_idle("pump"));
  CHECK(world.logged("opens (secret)"));
  CHECK(world.logged("no line (secret)"));
  CHECK_FALSE(world.logged("TOPSECRET"));
}
