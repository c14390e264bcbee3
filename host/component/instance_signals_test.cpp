// What a descriptor says of a channel, on a running component whose sensor reads every 10 s.
#include "catch.h"
#include "component/instance.h"
#include "component/test_world.h"

using namespace m2ag;
using namespace m2ag::host;
using namespace std::chrono_literals;

namespace {

ChannelSettings believable(double low, double high) {
  ChannelSettings settings;
  settings.filters = {Value::Map{{"valid_range", Value::Map{{"min", low}, {"max", high}}}}};
  return settings;
}

/// The next sample, carried out to its end.
void sample(World& world, double temperature, Clock::duration step = 10s) {
  REQUIRE(world.wait_idle("pump"));  // a call under way would count as one of that length
  const int before = world.script.samples;
  world.script.temperature = temperature;
  world.advance(step);
  REQUIRE(world.wait([&] { return world.script.samples == before + 1; }));
  REQUIRE(world.supervisor->find("pump")->lane()->wait_idle(std::chrono::steady_clock::now() + 30s));
}

void settle(World& world, Clock::duration step) {
  REQUIRE(world.wait_idle("pump"));  // as above
  world.advance(step);
  REQUIRE(world.wait_idle("pump"));
}

}  // namespace

TEST_CASE("a reading that is not to be believed is not published, and said once") {
  World world(World::Time::manual);
  world.channels["temperature"] = believable(-40, 80);
  world.start();
  REQUIRE(world.wait_value("temperature", 21.5));
  sample(world, 85);
  CHECK(world.registry.value("pump", "temperature") == Value(21.5));
  CHECK(world.logged("temperature: 85 is outside of the valid range -40 to 80; not published"));
  sample(world, 22);
  CHECK(world.registry.value("pump", "temperature") == Value(22.0));
  CHECK(world.availability == std::vector<std::string>{"online"});
}

TEST_CASE("a channel that is not believable for three intervals takes its component offline, and back") {
  World world(World::Time::manual);
  world.channels["temperature"] = believable(-40, 80);
  world.start();
  REQUIRE(world.wait_value("temperature", 21.5));
  sample(world, 85);
  sample(world, 85);
  CHECK(world.availability == std::vector<std::string>{"online"});
  sample(world, 85);
  REQUIRE(world.wait_availability("offline"));
  CHECK(world.supervisor->find("pump")->state() == InstanceState::running);
  CHECK(world.supervisor->find("pump")->reason() ==
        "temperature: no believable number for 30s: 85 is outside of the valid range -40 to 80");
  sample(world, 85);
  CHECK(world.availability == std::vector<std::string>{"online", "offline"});  // no flicker
  sample(world, 22);
  REQUIRE(world.wait_availability("online"));
  CHECK(world.supervisor->find("pump")->reason().empty());
  CHECK(world.registry.value("pump", "temperature") == Value(22.0));
}

TEST_CASE("a sensor that never had a believable reading goes offline too") {
  World world(World::Time::manual);
  world.channels["temperature"] = believable(-40, 80);
  world.script.temperature = 85;
  world.start();
  REQUIRE(world.wait_state("running"));
  for (int n = 0; n < 3; ++n) sample(world, 85);
  REQUIRE(world.wait_availability("offline"));
  CHECK_FALSE(world.registry.value("pump", "temperature"));
}

TEST_CASE(
    "a channel that never has a number expires, counted from the start of its component, and anew from each number") {
  World world(World::Time::manual);
  world.channels["level"].expire = 25s;  // the sensor has no part in it: it is published when somebody sets it
  world.start();
  REQUIRE(world.wait_value("temperature", 21.5));
  settle(world, 24s);
  CHECK(world.availability == std::vector<std::string>{"online"});
  settle(world, 1s);
  REQUIRE(world.wait_availability("offline"));
  CHECK(world.supervisor->find("pump")->reason() == "level: no believable number for 25s");
  REQUIRE(world.command("m2ag/demo/pump/level/set", "50").ok);
  REQUIRE(world.wait_availability("online"));
  settle(world, 24s);
  REQUIRE(world.command("m2ag/demo/pump/level/set", "50").ok);
  settle(world, 24s);
  CHECK(world.availability == std::vector<std::string>{"online", "offline", "online"});
  settle(world, 1s);
  REQUIRE(world.wait_availability("offline"));
}

TEST_CASE("another interval counts anew what expires, also of a channel that has no number") {
  World world(World::Time::manual);
  world.channels["level"].expire = 25s;
  world.start();
  REQUIRE(world.wait_value("temperature", 21.5));
  settle(world, 20s);
  const Reply reply = world.command("m2ag/demo/pump/config/interval/set", "5s");
  INFO(reply.message);
  REQUIRE(reply.ok);
  settle(world, 24s);
  CHECK(world.availability == std::vector<std::string>{"online"});
  settle(world, 1s);
  REQUIRE(world.wait_availability("offline"));
}

TEST_CASE("a throttled number comes when its time has come, a heartbeat repeats it") {
  World world(World::Time::manual);
  ChannelSettings settings;
  settings.delta = 0.5;
  settings.throttle = 15s;
  settings.heartbeat = 60s;
  world.channels["temperature"] = settings;
  int published = 0;
  world.bus.add_sink([&](const EventPtr& event) {
    if (event->kind == EventKind::value && event->name == "temperature") ++published;
  });
  world.start();
  REQUIRE(world.wait_value("temperature", 21.5));
  sample(world, 30);
  CHECK(world.registry.value("pump", "temperature") == Value(21.5));
  settle(world, 5s);
  CHECK(world.wait_value("temperature", 30.0));
  CHECK(published == 2);
  world.script.temperature = 30.2;
  for (int n = 0; n < 12; ++n) settle(world, 5s);
  CHECK(published == 3);
  CHECK(world.registry.value("pump", "temperature") == Value(30.2));
}

TEST_CASE("what is set comes back as it was set: filters of other channels do not touch it") {
  World world(World::Time::manual);
  world.channels["temperature"] = believable(-40, 80);
  world.start();
  REQUIRE(world.wait_value("temperature", 21.5));
  CHECK(world.command("m2ag/demo/pump/level/set", "99").ok);
  CHECK(world.wait_value("level", 99.0));
}

TEST_CASE("what is set is published at once, however little it changes, and `for` goes back to it") {
  World world(World::Time::manual);
  ChannelSettings settings;
  settings.delta = 10;
  settings.throttle = 1h;
  world.channels["level"] = settings;
  world.start();
  REQUIRE(world.wait_value("temperature", 21.5));
  for (const char* level : {"50", "51"}) REQUIRE(world.command("m2ag/demo/pump/level/set", level).ok);
  CHECK(world.registry.value("pump", "level") == Value(51.0));
  REQUIRE(world.command("m2ag/demo/pump/level/set", R"({"value":52,"for":"1m"})").ok);
  CHECK(world.registry.value("pump", "level") == Value(52.0));
  settle(world, 61s);
  CHECK(world.registry.value("pump", "level") == Value(51.0));
}

TEST_CASE("a converted number is published with its unit and the digits that it needs there") {
  World world(World::Time::manual);
  world.channels["temperature"].unit = "K";
  EventPtr seen;
  std::mutex mutex;
  world.bus.add_sink([&](const EventPtr& event) {
    const std::lock_guard lock(mutex);
    if (event->name == "temperature") seen = event;
  });
  world.start();
  REQUIRE(world.wait([&] {
    const std::lock_guard lock(mutex);
    return seen != nullptr;
  }));
  CHECK(world.registry.value("pump", "temperature") == Value(21.5 + 273.15));
  CHECK(seen->channel->unit == "K");
  CHECK(seen->channel->precision == 2);
}

TEST_CASE("filters start anew with their component") {
  World world(World::Time::manual);
  ChannelSettings settings;
  settings.filters = {Value::Map{{"max_step", 1.0}}};
  world.channels["temperature"] = settings;
  world.start();
  REQUIRE(world.wait_value("temperature", 21.5));
  world.script.fail_sample = true;
  sample(world, 21.5);
  settle(world, 1s);
  settle(world, 1s);  // the third try
  REQUIRE(world.wait_state("failed"));
  world.script.fail_sample = false;
  world.script.temperature = 40;
  settle(world, 1s);
  CHECK(world.wait_value("temperature", 40.0));
}
