#include <m2ag/testing.h>

#include <set>

#include "catch.h"
#include "iio_channel.h"

using Catch::Contains;
using m2ag::Value;
using m2ag::testing::DescribedPlugin;
using m2ag::testing::FakeContext;

namespace {

const std::string kDevices = "/sys/bus/iio/devices/";
using Files = std::map<std::string, std::string>;

struct Machine {
  FakeContext context;
  DescribedPlugin plugin{m2ag_plugin};
  std::unique_ptr<m2ag::Component> component;

  Machine() {
    // As the driver bmp280 writes the worked example of its datasheet.
    add(0, "bmp280", "i2c-1/1-0076", {{"in_temp_input", "25080"}, {"in_pressure_input", "100.653253906"}});
    add(1, "ads1115", "i2c-1/1-0048",
        {{"in_voltage0_raw", "8000"},
         {"in_voltage0_scale", "0.125000000"},
         {"in_voltage1_raw", "16000"},
         {"in_voltage1_scale", "0.062500000"},
         {"in_voltage0-voltage1_raw", "-100"},
         {"in_voltage0-voltage1_scale", "0.125000000"}});
    context.set_sysfs(kDevices + "trigger0/name", "bmp280");  // no device: triggers stand in the same folder
    context.set_sysfs(kDevices + "iio_sysfs_trigger/add_trigger", "");
  }
  void add(int number, const std::string& name, const std::string& where, const Files& files) {
    const std::string entry = "iio:device" + std::to_string(number);
    context.set_sysfs(kDevices + entry + "/name", name);
    context.set_sysfs_link(kDevices + entry, "/sys/devices/platform/" + where + "/" + entry);
    for (const auto& [file, text] : files) context.set_sysfs(kDevices + entry + "/" + file, text);
  }
  void start(const char* chip, const Value::List& inputs = {}, const char* device = "") {
    Value::Map settings{{"chip", chip}, {"device", device}};
    if (!inputs.empty()) settings["inputs"] = inputs;
    component = plugin.create("iio", context, settings);
    component->start();
  }
  void sample() { dynamic_cast<m2ag::Sensor&>(*component).sample(); }
  double last(const char* channel) const { return context.last(channel).as_number(); }
};

/// What a device with these files publishes on one channel.
double published(const Files& files, const char* channel, const Value::List& inputs = {}) {
  Machine machine;
  machine.add(7, "chip", "somewhere", files);
  machine.start("chip", inputs);
  machine.sample();
  return machine.last(channel);
}

}  // namespace

TEST_CASE("values that the driver has computed") {
  Machine machine;
  machine.start("bmp280");
  machine.sample();
  CHECK(machine.last("temperature") == Approx(25.08));
  CHECK(machine.last("pressure") == Approx(1006.53253906));
  CHECK(machine.context.publications().size() == 2);
}

TEST_CASE("raw values with offset and scale") {
  // hdc100x of the kernel: offset and scale are shared by type.
  CHECK(published({{"in_temp_raw", "24576"}, {"in_temp_offset", "-15887.515151"}, {"in_temp_scale", "2.517700195"}},
                  "temperature") == Approx((24576 - 15887.515151) * 2.517700195 / 1000));
  CHECK(published({{"in_humidityrelative_raw", "32768"}, {"in_humidityrelative_scale", "1.525878906"}}, "humidity") ==
        Approx(50));
  CHECK(published({{"in_voltage0_raw", "8000"}, {"in_voltage0_scale", "0.125"}}, "voltage") == Approx(1));
  CHECK(published({{"in_voltage3_raw", "2048"}, {"in_voltage_scale", "0.805664062"}}, "voltage") == Approx(1.65));
  CHECK(published({{"in_temp_object_raw", "14658"}, {"in_temp_object_offset", "-13657.5"}, {"in_temp_scale", "20"}},
                  "temperature") == Approx(20.01));
  CHECK(published({{"in_accel_z_raw", "1024"}, {"in_accel_scale", "0.009576806"}}, "acceleration-z") ==
        Approx(9.806649344));
  CHECK(published({{"in_voltage0-voltage1_raw", "-100"}, {"in_voltage-voltage_scale", "0.5"}}, "voltage") ==
        Approx(-0.05));
}

TEST_CASE("each kind in its unit") {
  CHECK(published({{"in_illuminance0_input", "123.5"}}, "illuminance") == Approx(123.5));
  CHECK(published({{"in_current2_raw", "1500"}, {"in_current2_scale", "1"}}, "current") == Approx(1.5));
  CHECK(published({{"in_power0_input", "2500"}}, "power") == Approx(2.5));
  CHECK(published({{"in_concentration_co2_raw", "412"}, {"in_concentration_co2_scale", "0.0001"}}, "co2") ==
        Approx(412));
  CHECK(published({{"in_massconcentration_pm2p5_input", "7.5"}}, "pm25") == Approx(7.5));
  CHECK(published({{"in_magn_x_raw", "200"}, {"in_magn_scale", "0.001"}}, "magnetic-x") == Approx(20));
  CHECK(published({{"in_proximity_raw", "87"}}, "proximity") == Approx(87));
  CHECK(published({{"in_electricalconductivity_raw", "5"}, {"in_electricalconductivity_scale", "0.01"}},
                  "conductivity") == Approx(500));
}

TEST_CASE("a raw value without a scale has no unit, and is not offered") {
  Machine machine;
  machine.add(7, "chip", "somewhere", {{"in_voltage0_raw", "8000"}});
  CHECK_THROWS_WITH(machine.start("chip"), "IIO device \"chip\" measures nothing that is known here");
}

TEST_CASE("what the driver has computed goes before its raw value") {
  CHECK(published({{"in_temp_input", "21000"}, {"in_temp_raw", "77"}, {"in_temp_scale", "1"}}, "temperature") ==
        Approx(21));
}

TEST_CASE("inputs are chosen by name") {
  const auto [input, expected] = GENERATE(table<const char*, double>(
      {{"voltage0", 1}, {"voltage1", 1}, {"in_voltage1", 1}, {"in_voltage0_raw", 1}, {"voltage0-voltage1", -0.0125}}));
  Machine machine;
  machine.start("ads1115", {input});
  machine.sample();
  CHECK(machine.last("voltage") == Approx(expected));
  CHECK(machine.context.publications().size() == 1);
}

TEST_CASE("only what is asked for is read") {
  Machine machine;
  machine.context.set_sysfs_error(kDevices + "iio:device0/in_pressure_input", "Input/output error");
  machine.start("bmp280", {"temp"});
  machine.sample();
  CHECK(machine.context.publications().size() == 1);
}

TEST_CASE("what is not there is said with what is there") {
  Machine machine;
  CHECK_THROWS_WITH(machine.start("bme280"), "no IIO device \"bme280\"; there are bmp280, ads1115");
  CHECK_THROWS_AS(machine.start("bme280"), m2ag::DeviceError);
  CHECK_THROWS_WITH(machine.start("bmp280", {"humidityrelative"}),
                    "inputs: IIO device \"bmp280\" has no input \"humidityrelative\"; there are pressure, temp");
  CHECK_THROWS_AS(machine.start("bmp280", {"temp", "tmp"}), m2ag::ConfigError);
  CHECK_THROWS_WITH(machine.start("ads1115", {"voltage0", "voltage1"}),
                    "inputs: voltage0 and voltage1 are both a voltage; make a component for each");
  FakeContext empty;
  CHECK_THROWS_WITH(machine.plugin.create("iio", empty, {{"chip", "bmp280"}})->start(),
                    "no IIO device \"bmp280\"; there are none");
}

TEST_CASE("two devices of one name are told apart by their path") {
  Machine machine;
  machine.add(2, "bmp280", "i2c-1/1-0077", {{"in_temp_input", "19000"}});
  CHECK_THROWS_AS(machine.start("bmp280"), m2ag::ConfigError);
  machine.start("bmp280", {}, "1-0077");
  machine.sample();
  CHECK(machine.last("temperature") == Approx(19));
}

TEST_CASE("numbers change, the name stays") {
  Machine machine;
  machine.start("bmp280");
  machine.context.remove_sysfs(kDevices + "iio:device0");
  SECTION("unplugged, and back under another number") {
    CHECK_THROWS_AS(machine.sample(), m2ag::DeviceError);
    machine.add(3, "bmp280", "i2c-1/1-0076", {{"in_temp_input", "18000"}});
    machine.component->start();
    machine.sample();
    CHECK(machine.last("temperature") == Approx(18));
  }
  SECTION("another device got its number") {
    machine.add(0, "ads1115", "i2c-1/1-0049", {{"in_temp_input", "1"}, {"in_pressure_input", "1"}});
    CHECK_THROWS_WITH(machine.sample(), Contains("was IIO device \"bmp280\" and now is \"ads1115\""));
    CHECK(machine.context.publications().empty());
  }
}

TEST_CASE("an error of the driver gives no number, not even of the other inputs") {
  Machine machine;
  machine.start("bmp280");
  const char* error = GENERATE("Input/output error", "No data available", "No such device", "Device or resource busy",
                               "Connection timed out", "Remote I/O error");
  machine.context.set_sysfs_error(kDevices + "iio:device0/in_temp_input", error);
  CHECK_THROWS_WITH(machine.sample(), Contains(error));
  CHECK(machine.context.publications().empty());
}

TEST_CASE("scales and offsets that are no numbers, or lead to none") {
  Machine machine;
  machine.start("ads1115", {"voltage0"});
  const std::string scale = kDevices + "iio:device1/in_voltage0_scale";
  machine.context.set_sysfs(scale, "");
  CHECK_THROWS_WITH(machine.sample(), Contains("in_voltage0_scale: expected a number"));
  machine.context.set_sysfs(scale, "1e308");
  CHECK_THROWS_AS(machine.sample(), m2ag::DeviceError);
  machine.context.set_sysfs_error(scale, "Input/output error");
  CHECK_THROWS_AS(machine.sample(), m2ag::DeviceError);
  CHECK(machine.context.publications().empty());
  machine.context.set_sysfs_error(scale, "");
  machine.context.set_sysfs(scale, "0.250000000");  // the gain was changed meanwhile
  machine.sample();
  CHECK(machine.last("voltage") == Approx(2));
}

TEST_CASE("files that are no values") {
  CHECK(iio::inputs_of({"name", "in_raw", "in_temp_sampling_frequency", "out_voltage0_raw", "in_temp_scale", "dev",
                        "in_timestamp_index", "in_wobble_raw", "in_wobble_scale", "in_concentration_raw"})
            .empty());
}

TEST_CASE("channels are described once, with precision") {
  const DescribedPlugin plugin{m2ag_plugin};
  std::set<std::string> names;
  for (const auto& channel : plugin.type("iio").channels) {
    CAPTURE(channel.name);
    CHECK(names.insert(channel.name).second);
    CHECK(channel.precision.has_value());
    CHECK_FALSE(channel.description.empty());
  }
}
