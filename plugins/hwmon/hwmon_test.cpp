#include <m2ag/testing.h>

#include "catch.h"

using Catch::Contains;
using m2ag::Value;
using m2ag::testing::DescribedPlugin;
using m2ag::testing::FakeContext;

namespace {

const std::string kClass = "/sys/class/hwmon/";

/// A machine with three chips: a processor, an I²C thermometer and a board's monitor.
struct Machine {
  FakeContext context;
  DescribedPlugin plugin{m2ag_plugin};
  std::unique_ptr<m2ag::Component> component;

  Machine() {
    add("hwmon0", "coretemp", "/sys/devices/platform/coretemp.0/hwmon/hwmon0",
        {{"temp1_input", "48000"},
         {"temp1_label", "Package id 0"},
         {"temp1_crit_alarm", "0"},
         {"temp2_input", "47000"},
         {"temp2_label", "Core 0"},
         {"temp10_input", "46000"},
         {"temp10_label", "Core 8"}});
    add("hwmon1", "lm75", "/sys/devices/platform/soc/fe804000.i2c/i2c-1/1-0048/hwmon/hwmon1",
        {{"temp1_input", "25500"}, {"temp1_max", "80000"}});
    add("hwmon2", "nct6775", "/sys/devices/platform/nct6775.656/hwmon/hwmon2",
        {{"fan1_input", "1234"},
         {"in0_input", "912"},
         {"in0_label", "Vcore"},
         {"curr1_input", "1500"},
         {"power1_input", "65000000"},
         {"power1_average", "60000000"},
         {"humidity1_input", "45600"},
         {"energy1_input", "3600000000000"},
         {"freq1_input", "400000000"},
         {"temp1_input", "-5500"},
         {"temp1_fault", "0"}});
  }
  void add(const std::string& entry, const std::string& name, const std::string& real,
           const std::map<std::string, std::string>& files) {
    context.set_sysfs(kClass + entry + "/name", name);
    context.set_sysfs_link(kClass + entry, real);
    for (const auto& [file, text] : files) context.set_sysfs(kClass + entry + "/" + file, text);
  }
  void start(const Value::Map& settings) {
    component = plugin.create("hwmon", context, settings);
    component->start();
  }
  void sample() { dynamic_cast<m2ag::Sensor&>(*component).sample(); }
  double last(const char* channel) const { return context.last(channel).as_number(); }
};

Value::Map chip(const char* name, const Value::List& inputs = {}) {
  Value::Map settings{{"chip", name}};
  if (!inputs.empty()) settings["inputs"] = inputs;
  return settings;
}

}  // namespace

TEST_CASE("a chip is found by its name, and its first input is published") {
  Machine machine;
  machine.start(chip("lm75"));
  machine.sample();
  CHECK(machine.last("temperature") == Approx(25.5));
  CHECK(machine.context.publications().size() == 1);
}

TEST_CASE("each kind in its unit") {
  Machine machine;
  machine.start(chip("nct6775"));
  machine.sample();
  CHECK(machine.last("temperature") == Approx(-5.5));
  CHECK(machine.last("fan") == Approx(1234));
  CHECK(machine.last("voltage") == Approx(0.912));
  CHECK(machine.last("current") == Approx(1.5));
  CHECK(machine.last("power") == Approx(65));  // not the average
  CHECK(machine.last("humidity") == Approx(45.6));
  CHECK(machine.last("energy") == Approx(1));
  CHECK(machine.last("frequency") == Approx(4e8));
}

TEST_CASE("a power that has only an average") {
  Machine machine;
  machine.add("hwmon3", "meter", "/sys/devices/meter/hwmon/hwmon3", {{"power1_average", "2500000"}});
  machine.start(chip("meter"));
  machine.sample();
  CHECK(machine.last("power") == Approx(2.5));
}

TEST_CASE("inputs by name and by label") {
  const auto [input, expected] =
      GENERATE(table<const char*, double>({{"temp1", 48}, {"temp10", 46}, {"Core 0", 47}, {"Package id 0", 48}}));
  Machine machine;
  machine.start(chip("coretemp", {input}));
  machine.sample();
  CHECK(machine.last("temperature") == Approx(expected));
}

TEST_CASE("only what is asked for is read") {
  Machine machine;
  machine.context.set_sysfs_error(kClass + "hwmon2/fan1_input", "Input/output error");
  machine.start(chip("nct6775", {"Vcore", "temp1"}));
  machine.sample();
  CHECK(machine.context.publications().size() == 2);
}

TEST_CASE("what is not there is said with what is there") {
  Machine machine;
  CHECK_THROWS_WITH(machine.start(chip("lm76")), "no hwmon chip \"lm76\"; there are coretemp, lm75, nct6775");
  CHECK_THROWS_AS(machine.start(chip("lm76")), m2ag::DeviceError);  // its driver may be loaded later
  CHECK_THROWS_WITH(machine.start(chip("coretemp", {"temp3"})),
                    "inputs: hwmon chip \"coretemp\" has no input \"temp3\"; there are temp1 (Package id 0), temp2 "
                    "(Core 0), temp10 (Core 8)");
  CHECK_THROWS_AS(machine.start(chip("coretemp", {"temp1_max"})), m2ag::ConfigError);
  CHECK_THROWS_WITH(machine.start(chip("coretemp", {"temp1", "Core 0"})),
                    "inputs: temp1 and temp2 are both a temperature; make a component for each");
}

TEST_CASE("a machine without any chip") {
  FakeContext context;
  const auto component = DescribedPlugin{m2ag_plugin}.create("hwmon", context, chip("lm75"));
  CHECK_THROWS_WITH(component->start(), "no hwmon chip \"lm75\"; there are none");
}

TEST_CASE("a chip that measures nothing") {
  Machine machine;
  machine.add("hwmon3", "rpi_volt", "/sys/devices/rpi/hwmon/hwmon3", {{"in0_lcrit_alarm", "0"}});
  CHECK_THROWS_WITH(machine.start(chip("rpi_volt")), Contains("measures nothing that is known here"));
}

TEST_CASE("two labels that are alike") {
  Machine machine;
  machine.context.set_sysfs(kClass + "hwmon0/temp10_label", "Core 0");
  CHECK_THROWS_WITH(machine.start(chip("coretemp", {"Core 0"})),
                    Contains("2 inputs with the label \"Core 0\", name one as temp2"));
}

TEST_CASE("two chips of one name are told apart by their device") {
  Machine machine;
  const std::string place = "/sys/devices/platform/soc/fe804000.i2c/i2c-1/1-0049/hwmon/hwmon3";
  machine.add("hwmon3", "lm75", place, {{"temp1_input", "31000"}});
  CHECK_THROWS_WITH(machine.start(chip("lm75")), Contains("2 are called hwmon chip \"lm75\"") && Contains(place));
  CHECK_THROWS_AS(machine.start(chip("lm75")), m2ag::ConfigError);

  Value::Map settings = chip("lm75");
  settings["device"] = "1-0049";
  machine.start(settings);
  machine.sample();
  CHECK(machine.last("temperature") == Approx(31));

  settings["device"] = "1-004";  // a piece of a step is no step
  CHECK_THROWS_WITH(machine.start(settings), Contains("is part of device \"1-004\"") && Contains("1-0048"));
}

TEST_CASE("numbers change, the name stays") {
  Machine machine;
  machine.start(chip("lm75"));
  machine.context.remove_sysfs("/sys/class/hwmon/hwmon1");

  SECTION("unplugged, and back under another number") {
    CHECK_THROWS_AS(machine.sample(), m2ag::DeviceError);
    CHECK_THROWS_AS(machine.component->start(), m2ag::DeviceError);
    machine.add("hwmon7", "lm75", "/sys/devices/x/1-0048/hwmon/hwmon7", {{"temp1_input", "20000"}});
    machine.component->start();
    machine.sample();
    CHECK(machine.last("temperature") == Approx(20));
  }
  SECTION("another chip got its number") {
    machine.add("hwmon1", "nvme", "/sys/devices/x/nvme0/hwmon1", {{"temp1_input", "60000"}});
    CHECK_THROWS_WITH(machine.sample(), "/sys/class/hwmon/hwmon1 was hwmon chip \"lm75\" and now is \"nvme\"");
    CHECK(machine.context.publications().empty());
  }
}

TEST_CASE("an error of the driver gives no number, not even of the other inputs") {
  Machine machine;
  machine.start(chip("nct6775"));
  const char* error = GENERATE("Input/output error", "No data available", "No such device", "Device or resource busy");
  machine.context.set_sysfs_error(kClass + "hwmon2/in0_input", error);
  CHECK_THROWS_WITH(machine.sample(), Contains("in0_input: ") && Contains(error));
  CHECK(machine.context.publications().empty());
  machine.context.set_sysfs_error(kClass + "hwmon2/in0_input", "");
  machine.sample();
  CHECK(machine.last("voltage") == Approx(0.912));
}

TEST_CASE("a sensor that the driver calls broken") {
  Machine machine;
  machine.start(chip("nct6775"));
  machine.context.set_sysfs(kClass + "hwmon2/temp1_fault", "1");
  CHECK_THROWS_WITH(machine.sample(), Contains("the sensor of temp1 is broken or open"));
  CHECK(machine.context.publications().empty());
}

TEST_CASE("what is no number") {
  Machine machine;
  machine.start(chip("lm75"));
  const char* text = GENERATE("", "N/A", "25500 m", "nan", "inf", "0x10");
  machine.context.set_sysfs(kClass + "hwmon1/temp1_input", text);
  CHECK_THROWS_WITH(machine.sample(), Contains("expected a number, found \"" + std::string(text) + "\""));
  CHECK(machine.context.publications().empty());
}

TEST_CASE("channels have unit, quantity and precision") {
  const DescribedPlugin plugin{m2ag_plugin};
  for (const auto& channel : plugin.type("hwmon").channels) {
    CAPTURE(channel.name);
    CHECK_FALSE(channel.unit.empty());
    CHECK(channel.precision.has_value());
    CHECK(channel.quantity.empty() == (channel.name == "fan"));  // no such word at Home Assistant
  }
}
