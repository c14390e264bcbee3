#include <m2ag/testing.h>

#include "catch.h"

using namespace std::chrono_literals;
using m2ag::ChannelSpec;
using m2ag::ChannelType;
using m2ag::Value;
using m2ag::testing::DescribedPlugin;
using m2ag::testing::FakeContext;

namespace {

ChannelSpec channel(const std::string& name, ChannelType type, const std::string& unit = {}) {
  ChannelSpec spec;
  spec.name = name;
  spec.type = type;
  spec.unit = unit;
  spec.writable = type == ChannelType::boolean;
  return spec;
}

/// A thermostat with a sensor and a heater that do what the test says. 20 °C ± 0.5.
struct Room {
  FakeContext context{"room"};
  DescribedPlugin plugin{m2ag_plugin};
  Value::Map settings{{"sensor", "air/temperature"}, {"output", "heater"}};
  std::unique_ptr<m2ag::Component> component;

  explicit Room(const Value::Map& given = {}) {
    for (const auto& [key, value] : given) settings[key] = value;
    context.add_peer("air", channel("temperature", ChannelType::number, "°C"));
    context.add_peer("heater", channel("state", ChannelType::boolean));
    context.peer_publishes({"heater", "state"}, false);
    component = plugin.create("thermostat", context, settings);
  }
  void start() {
    component->start();
    context.run_posted();
  }
  void measure(double temperature) {
    context.peer_publishes({"air", "temperature"}, temperature);
    context.run_posted();
  }
  void set(std::string_view name, const Value& value) {
    for (const auto& each : plugin.type("thermostat").channels) {
      if (each.name == name) each.set(*component, value);
    }
    context.run_posted();
  }
  bool on() { return context.value({"heater", "state"}) == Value(true); }
  std::size_t calls() { return context.peer_calls().size(); }
};

}  // namespace

TEST_CASE("it heats up to the target and waits until it is cold again") {
  Room room;
  room.start();
  CHECK(room.calls() == 0);
  room.measure(19);
  CHECK(room.on());
  CHECK(room.context.last("demand") == Value(true));
  room.measure(20.4);
  CHECK(room.on());
  room.measure(20.5);
  CHECK_FALSE(room.on());
  room.measure(19.6);
  CHECK_FALSE(room.on());
  room.measure(19.5);
  CHECK(room.on());
  CHECK(room.calls() == 3);  // only what changes
}

TEST_CASE("it cools") {
  Room room({{"mode", "cool"}, {"target", 4.0}, {"hysteresis", 2.0}});
  room.start();
  room.measure(5);
  CHECK(room.on());
  room.measure(3.1);
  CHECK(room.on());
  room.measure(3);
  CHECK_FALSE(room.on());
}

TEST_CASE("a value that is there already counts at the start") {
  Room room;
  room.context.peer_publishes({"air", "temperature"}, 10.0);
  room.start();
  CHECK(room.on());
}

TEST_CASE("a sensor that goes offline turns the output off at once, whatever its shortest time on is") {
  Room room({{"min_on", 600'000'000}});
  room.start();
  room.measure(10);
  REQUIRE(room.on());
  room.context.set_peer_online("air", false);
  CHECK_FALSE(room.on());
  CHECK(room.context.offline_reason() == "air is offline; the output is off");
  CHECK(room.context.last("demand") == Value(false));
  // The old value does not count when it is back, the next one does.
  room.context.set_peer_online("air", true);
  room.measure(10);
  CHECK(room.on());
  CHECK_FALSE(room.context.offline_reason());
}

TEST_CASE("a value that is too old is none, by itself") {
  Room room({{"max_age", 60'000'000}});
  room.start();
  room.measure(10);
  room.context.advance(59s);
  CHECK(room.on());
  room.measure(11);
  room.context.advance(59s);
  CHECK(room.on());
  room.context.advance(1s);
  CHECK_FALSE(room.on());
  CHECK(room.context.offline_reason() ==
        "air/temperature has had no new value for longer than `max_age`; the output is off");
  room.measure(11);
  CHECK(room.on());
}

TEST_CASE("who wants it is safe when it is on: a frost guard") {
  Room room({{"safe_state", "on"}, {"target", 5.0}});
  room.start();
  room.measure(10);
  CHECK_FALSE(room.on());
  room.context.set_peer_online("air", false);
  CHECK(room.on());
}

TEST_CASE("the output stays on and off for its shortest times, also right after the start") {
  Room room({{"min_on", 60'000'000}, {"min_off", 180'000'000}, {"max_age", 3'600'000'000}});
  room.start();
  room.measure(10);
  CHECK_FALSE(room.on());
  room.context.advance(179s);
  CHECK_FALSE(room.on());
  room.context.advance(1s);
  CHECK(room.on());
  room.measure(30);
  room.context.advance(59s);
  CHECK(room.on());
  CHECK(room.context.last("demand") == Value(false));
  room.context.advance(1s);
  CHECK_FALSE(room.on());
}

TEST_CASE("a target that is set holds over a restart, until that of the settings changes") {
  Room room;
  room.start();
  room.measure(22);
  CHECK_FALSE(room.on());
  room.set("target", 25.0);
  CHECK(room.on());
  CHECK(room.context.last("target") == Value(25.0));

  room.component = room.plugin.create("thermostat", room.context, room.settings);
  room.start();
  CHECK(room.context.last("target") == Value(25.0));
  room.settings["target"] = 18.0;
  room.component = room.plugin.create("thermostat", room.context, room.settings);
  room.start();
  CHECK(room.context.last("target") == Value(18.0));
}

TEST_CASE("new settings are taken over while it runs") {
  Room room;
  room.start();
  room.measure(22);
  room.settings["target"] = 25.0;
  room.plugin.type("thermostat").reconfigure(*room.component, room.settings);
  room.context.run_posted();
  CHECK(room.on());
  CHECK(room.context.last("target") == Value(25.0));
}

TEST_CASE("switched off it heats no more, also after a restart") {
  Room room;
  room.start();
  room.measure(10);
  CHECK(room.on());
  room.set("state", false);
  CHECK_FALSE(room.on());
  room.measure(5);
  CHECK_FALSE(room.on());
  room.component = room.plugin.create("thermostat", room.context, room.settings);
  room.start();
  CHECK(room.context.last("state") == Value(false));
  CHECK_FALSE(room.on());
  room.set("state", true);
  CHECK(room.on());
}

TEST_CASE("an output that somebody else switched is told again") {
  Room room;
  room.start();
  room.measure(10);
  room.context.peer_publishes({"heater", "state"}, false);
  room.context.run_posted();
  CHECK(room.on());
}

TEST_CASE("a refusal is said once and asked again later") {
  Room room;
  room.start();
  room.context.peer_refuses("heater", "locked", "heater is locked");
  room.measure(10);
  CHECK(room.calls() == 1);
  room.measure(9);
  CHECK(room.calls() == 1);
  room.context.advance(10s);
  CHECK(room.calls() == 2);
  CHECK(room.context.log_lines() == std::vector<std::string>{"heater/state was not switched: heater is locked"});
  room.context.peer_refuses("heater", "");
  room.context.advance(10s);
  CHECK(room.on());
}

TEST_CASE("an output that is offline is left alone, and told when it is back") {
  Room room;
  room.start();
  room.context.set_peer_online("heater", false);
  room.measure(10);
  CHECK(room.calls() == 0);
  room.context.set_peer_online("heater", true);
  CHECK(room.on());
}

TEST_CASE("when it stops, nobody heats") {
  Room room;
  room.start();
  room.measure(10);
  CHECK(room.on());
  room.component->stop();
  room.context.run_posted();
  CHECK_FALSE(room.on());
  const auto calls = room.calls();
  room.measure(0);
  room.context.advance(1h);
  CHECK(room.calls() == calls);
}

TEST_CASE("a sensor or an output that will not do is named, and may come later") {
  const auto start = [](const Value::Map& settings) {
    Room room(settings);
    room.context.add_peer("air", channel("warm", ChannelType::number, "°F"));
    room.context.add_peer("dial", channel("level", ChannelType::number));
    try {
      room.start();
    } catch (const m2ag::DeviceError& error) {
      room.component->stop();
      CHECK(room.calls() == 0);
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(start({{"sensor", "nobody"}}) == "there is no component \"nobody\"");
  CHECK(start({{"sensor", "heater"}}) == "sensor: heater/state is no number");
  CHECK(start({{"sensor", "air/warm"}}) == "sensor: air/warm is in °F, expected °C: see `unit` of that channel");
  CHECK(start({{"output", "dial"}}) == "output: dial/level cannot be switched on and off");
}
