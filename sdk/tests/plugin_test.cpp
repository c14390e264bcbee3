#include <m2ag/plugin.h>
#include <m2ag/testing.h>

#include "catch.h"

using namespace m2ag;
using m2ag::testing::FakeContext;

namespace {

class Plain final : public Component {
 public:
  using Component::Component;
};

class Pump final : public Component, public Switch, public Sensor {
 public:
  struct Params {
    int speed = 3;
  };
  struct Prime {
    int seconds = 2;
    static void describe(ParamTable<Prime>& table) { table.param("seconds", &Prime::seconds, "how long").range(1, 9); }
  };
  Pump(Context& context, Params params) : Component(context), params_(params) {}
  void set(bool on) override { publish("state", on); }
  void sample() override { publish("flow", params_.speed * 0.5); }
  void set_level(double level) { publish("level", level); }
  int prime(const Prime& arguments) { return arguments.seconds * params_.speed; }
  void reset() { publish("flow", 0.0); }

 private:
  Params params_;
};

class Tunable final : public Component, public Reconfigurable<Pump::Params> {
 public:
  using Params = Pump::Params;
  Tunable(Context& context, Params) : Component(context) {}
  void reconfigure(const Params& params) override { publish("speed", params.speed); }
};

class Chip final : public SimulatedI2cChip {
 public:
  std::uint8_t read(std::uint8_t reg) override { return reg; }
  void write(std::uint8_t, std::uint8_t) override {}
};

Plugin described() {
  Plugin plugin;
  plugin.component<Plain>("plain", "Does nothing");
  plugin.component<Pump>("pump", "A pump")
      .param("speed", &Pump::Params::speed, "turns")
      .range(1, 9)
      .interval(std::chrono::seconds(2))
      .channel("flow", "l/min", "what flows")
      .precision(1)
      .quantity("volume_flow_rate")
      .channel("level", "%", "how much")
      .limits(0, 100)
      .writable(&Pump::set_level)
      .event("alarm", {"dry", "blocked"}, "trouble")
      .command("prime", &Pump::prime, "fills it")
      .command("reset", &Pump::reset, "forgets");
  plugin.component<Tunable>("tunable", "Takes new values").param("speed", &Pump::Params::speed, "turns").runtime();
  plugin.simulated_chip<Chip>("echo", "Answers the register's number");
  return plugin;
}

}  // namespace

TEST_CASE("the capabilities of a class show in its description") {
  const auto specs = described().components();
  REQUIRE(specs.size() == 3);
  CHECK_FALSE(specs[0].sensor);
  CHECK(specs[0].channels.empty());
  CHECK_FALSE(specs[0].reconfigure);

  const ComponentSpec& pump = specs[1];
  CHECK(pump.sensor);
  CHECK(pump.interval == std::chrono::seconds(2));
  REQUIRE(pump.channels.size() == 4);
  CHECK(pump.channels[0].name == "state");
  CHECK(pump.channels[0].main);
  CHECK(pump.channels[0].writable);
  CHECK(pump.channels[1].precision == 1);
  CHECK_FALSE(pump.channels[1].writable);
  CHECK(pump.channels[2].maximum == 100.0);
  CHECK(pump.channels[2].writable);
  CHECK(pump.channels[3].type == ChannelType::event);
  CHECK(pump.params.at(0).maximum == 9.0);
  CHECK(specs[2].reconfigure);
}

TEST_CASE("what a description calls reaches the object") {
  FakeContext context;
  const auto specs = described().components();
  const ComponentSpec& pump = specs[1];
  const auto object = pump.create(context, Value::Map{{"speed", 4}});

  pump.channels[0].set(*object, true);
  CHECK(context.last("state") == Value(true));
  pump.channels[2].set(*object, 55.5);
  CHECK(context.last("level") == Value(55.5));
  CHECK(pump.commands.at(0).call(*object, Value::Map{{"seconds", 5}}) == Value(20));
  CHECK(pump.commands.at(0).call(*object, Value::Map{}) == Value(8));
  CHECK(pump.commands.at(1).call(*object, {}).is_null());
  dynamic_cast<Sensor&>(*object).sample();
  CHECK(context.last("flow") == Value(2.0));

  const auto tunable = specs[2].create(context, {});
  specs[2].reconfigure(*tunable, Value::Map{{"speed", 7}});
  CHECK(context.last("speed") == Value(7));
}

TEST_CASE("specs outlive the plugin object that made them") {
  FakeContext context;
  const auto specs = described().components();
  const auto chips = described().simulated_chips();
  CHECK(specs[0].create(context, {}) != nullptr);
  CHECK(chips.at(0).create({})->read(7) == 7);
}
