#include <m2ag/testing.h>

#include <algorithm>
#include <memory>

#include "bmp280_chip.h"
#include "bmp280_compensation.h"
#include "catch.h"

using namespace std::chrono_literals;
using m2ag::testing::DescribedPlugin;
using m2ag::testing::FakeContext;

namespace {

constexpr m2ag::I2cConfig on_bus(std::uint8_t address) { return {"i2c-1", address}; }

/// A register file with the worked example of the datasheet (§3.12), as i2c-stub has it: it changes only by what is written.
class ExampleChip : public m2ag::SimulatedI2cChip {
 public:
  ExampleChip() {
    constexpr std::array<std::uint8_t, 24> calibration = {0x70, 0x6B, 0x43, 0x67, 0x18, 0xFC, 0x7D, 0x8E,
                                                          0x43, 0xD6, 0xD0, 0x0B, 0x27, 0x0B, 0x8C, 0x00,
                                                          0xF9, 0xFF, 0x8C, 0x3C, 0xF8, 0xC6, 0x70, 0x17};
    std::copy(calibration.begin(), calibration.end(), registers.begin() + 0x88);
    registers[0xD0] = 0x58;
    set_reading(415148, 519888);
  }
  void set_reading(std::uint32_t pressure, std::uint32_t temperature) {
    for (std::size_t i = 0; i < 3; ++i) {
      registers[0xF7 + i] = static_cast<std::uint8_t>(pressure << 4 >> (16 - 8 * i));
      registers[0xFA + i] = static_cast<std::uint8_t>(temperature << 4 >> (16 - 8 * i));
    }
  }
  std::uint8_t read(std::uint8_t reg) override {
    if (dead) throw m2ag::DeviceError("no device answered at 0x76 on i2c-1");
    return registers[reg];
  }
  void write(std::uint8_t reg, std::uint8_t value) override {
    if (dead) throw m2ag::DeviceError("no device answered at 0x76 on i2c-1");
    registers[reg] = value;
  }
  std::array<std::uint8_t, 256> registers{};
  bool dead = false;
};

struct Device {
  FakeContext context;
  DescribedPlugin plugin{m2ag_plugin};
  std::shared_ptr<ExampleChip> chip = std::make_shared<ExampleChip>();
  std::unique_ptr<m2ag::Component> component;

  explicit Device(const m2ag::Value::Map& settings = {}) {
    context.attach_chip(on_bus(0x76), chip);
    component = plugin.create("bmp280", context, settings);
  }
  void sample() { dynamic_cast<m2ag::Sensor&>(*component).sample(); }
};

}  // namespace

TEST_CASE("the datasheet's worked example") {
  const auto calibration =
      bmp280::parse_calibration(std::span<const std::uint8_t, 24>(&ExampleChip().registers[0x88], 24));
  CHECK(calibration.t1 == 27504);
  CHECK(calibration.t3 == -1000);
  CHECK(calibration.p1 == 36477);
  CHECK(calibration.p9 == 6000);
  const double fine = bmp280::fine_temperature(calibration, 519888);
  CHECK(fine == Approx(128422.2869948));
  CHECK(bmp280::celsius(fine) == Approx(25.08).margin(0.005));
  CHECK(bmp280::pascal(calibration, 415148, fine).value() == Approx(100653.27).margin(0.005));
}

TEST_CASE("a calibration of zeros gives no pressure instead of a division by zero") {
  CHECK_FALSE(bmp280::pascal(bmp280::Calibration{}, 415148, 128422.0));
}

TEST_CASE("the driver publishes the worked example") {
  Device device;
  device.component->start();
  device.sample();
  CHECK(device.context.last("temperature").as_number() == Approx(25.08).margin(0.005));
  CHECK(device.context.last("pressure").as_number() == Approx(1006.53).margin(0.005));
}

TEST_CASE("settings reach the chip's registers") {
  Device device({{"temperature_oversampling", 2}, {"pressure_oversampling", 16}, {"filter", 4}});
  device.component->start();
  CHECK(device.chip->registers[0xF5] == 2 << 2);
  device.sample();
  CHECK(device.chip->registers[0xF4] == (2 << 5 | 5 << 2 | 1));
}

TEST_CASE("another chip at the address is named") {
  Device device;
  device.chip->registers[0xD0] = 0x60;
  CHECK_THROWS_WITH(device.component->start(), "found a BME280 (0x60) at 0x76, the descriptor says bmp280 (0x58)");
  CHECK_THROWS_AS(device.component->start(), m2ag::ConfigError);
  device.chip->registers[0xD0] = 0xFF;
  CHECK_THROWS_AS(device.component->start(), m2ag::DeviceError);
}

TEST_CASE("nothing at the address") {
  Device device({{"address", 0x77}});
  CHECK_THROWS_WITH(device.component->start(), "no device answered at 0x77 on i2c-1");
}

TEST_CASE("a calibration memory that is empty") {
  Device device;
  std::fill_n(device.chip->registers.begin() + 0x88, 24, std::uint8_t{0});
  CHECK_THROWS_WITH(device.component->start(), "0x76 on i2c-1: its calibration values are missing");
}

TEST_CASE("a failed reading publishes nothing") {
  Device device;
  device.component->start();

  SECTION("a measurement that was skipped") {
    device.chip->set_reading(0x80000, 0x80000);
    CHECK_THROWS_AS(device.sample(), m2ag::DeviceError);
  }
  SECTION("values that the chip cannot measure") {
    device.chip->set_reading(415148, 0xFFFFF);
    CHECK_THROWS_WITH(device.sample(), Catch::Contains("the chip measures -40 to 85"));
  }
  SECTION("a chip that answers no more") {
    device.chip->dead = true;
    CHECK_THROWS_AS(device.sample(), m2ag::DeviceError);
  }
  SECTION("a measurement that does not end") {
    device.chip->registers[0xF3] = 0x08;
    CHECK_THROWS_WITH(device.sample(), "0x76 on i2c-1: the measurement did not end");
  }
  CHECK(device.context.publications().empty());
}

TEST_CASE("the simulated chip goes through the driver") {
  std::chrono::steady_clock::time_point now{};
  const auto simulated = [&](const bmp280::SimulatedBmp280::Params& params) {
    return std::make_shared<bmp280::SimulatedBmp280>(params, [&now] { return now; });
  };
  Device device;
  const auto measure = [&] {
    device.component->start();
    device.sample();
    return std::pair(device.context.last("temperature").as_number(), device.context.last("pressure").as_number());
  };

  SECTION("at its limits and between") {
    for (const double celsius : {-40.0 + 0.01, -5.0, 21.5, 84.99}) {
      for (const double hectopascal : {300.1, 955.4, 1099.9}) {
        device.context.attach_chip(on_bus(0x76), simulated({.temperature = celsius, .pressure = hectopascal}));
        const auto [temperature, pressure] = measure();
        CHECK(temperature == Approx(celsius).margin(0.005));
        CHECK(pressure == Approx(hectopascal).margin(0.01));
      }
    }
  }
  SECTION("drifting") {
    device.context.attach_chip(
        on_bus(0x76),
        simulated({.temperature = 20, .pressure = 1000, .temperature_drift = 2, .pressure_drift = 5, .period = 400s}));
    now += 100s;  // a quarter of the swing: the farthest
    const auto [temperature, pressure] = measure();
    CHECK(temperature == Approx(22).margin(0.005));
    CHECK(pressure == Approx(1005).margin(0.01));
  }
}

TEST_CASE("the simulated chip's modes") {
  bmp280::SimulatedBmp280 chip({});
  const auto raw = [&] { return chip.read(0xFA) << 12 | chip.read(0xFB) << 4 | chip.read(0xFC) >> 4; };
  CHECK(raw() == 0x80000);  // nothing is measured before it is asked to
  chip.write(0xF4, 0x25);
  CHECK(chip.read(0xF4) == 0x24);  // asleep again after one measurement
  CHECK(raw() != 0x80000);
  chip.write(0xE0, 0xB6);
  CHECK(chip.read(0xF4) == 0);
  CHECK(raw() == 0x80000);
  chip.write(0xF4, 0x05);  // temperature skipped
  CHECK(raw() == 0x80000);
  chip.write(0xF4, 0x27);  // normal mode goes on measuring
  chip.read(0xF7);
  CHECK(raw() != 0x80000);
  CHECK(chip.read(0xF4) == 0x27);
  chip.write(0xD0, 0x00);  // read-only
  CHECK(chip.read(0xD0) == 0x58);
}

TEST_CASE("what the plugin says of itself") {
  const DescribedPlugin plugin(m2ag_plugin);
  const auto& type = plugin.type("bmp280");
  CHECK(type.sensor);
  CHECK(type.interval == 10s);
  REQUIRE(type.channels.size() == 2);
  CHECK(type.channels[0].unit == "°C");
  CHECK(type.channels[1].quantity == "atmospheric_pressure");
  CHECK(plugin.create_chip("bmp280", {{"id", 0x60}})->read(0xD0) == 0x60);
}
