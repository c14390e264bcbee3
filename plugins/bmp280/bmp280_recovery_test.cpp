// What goes wrong on the bus and in the chip: nothing wrong is published, and the chip is set up again when it answers.
#include "bmp280_chip.h"
#include "bmp280_test_chip.h"
#include "catch.h"

using namespace std::chrono_literals;
using bmp280::SimulatedBme280;
using bmp280::SimulatedBmp280;
using bmp280::test::Device;
using bmp280::test::ExampleDevice;
using Catch::Contains;

namespace {

/// Each write to the chip, on its way to the registers.
class WatchedChip final : public m2ag::SimulatedI2cChip {
 public:
  explicit WatchedChip(const bmp280::SimulatedChipParams& params) : inner(params) {}
  std::uint8_t read(std::uint8_t reg) override {
    if (reg == 0xF7 && (inner.read(0xF3) & 0x08) != 0) ++read_while_measuring;
    return inner.read(reg);
  }
  void write(std::uint8_t reg, std::uint8_t value) override {
    if (reg == 0xE0) ++resets;
    if (lose_power_at_measurement && reg == 0xF4 && (value & 3) == 1) {
      inner.write(reg, value);
      inner.lose_power();
      return;
    }
    inner.write(reg, value);
  }
  SimulatedBme280 inner;
  int resets = 0, read_while_measuring = 0;
  bool lose_power_at_measurement = false;
};

struct WatchedDevice : Device<WatchedChip> {
  explicit WatchedDevice(const m2ag::Value::Map& settings = {}, const bmp280::SimulatedChipParams& params = {})
      : Device(std::make_shared<WatchedChip>(params), "bme280", settings) {}
  void expect_right_values() const {
    for (const auto& each : context.publications()) {
      const double expected = each.channel == "temperature" ? 21.5
                              : each.channel == "pressure"  ? 1013.25
                              : each.channel == "humidity"  ? 45
                                                            : 9.06;
      CAPTURE(each.channel);
      CHECK(each.value.as_number() == Approx(expected).margin(0.05));
    }
  }
};

}  // namespace

TEST_CASE("a failed reading publishes nothing") {
  ExampleDevice device;
  device.component->start();

  SECTION("a measurement that was skipped") {
    device.chip->set_reading(0x80000, 0x80000);
    CHECK_THROWS_AS(device.sample(), m2ag::DeviceError);
    CHECK_THROWS_WITH(device.sample(), Contains("measured nothing (raw value 0x80000)"));
  }
  SECTION("values that the chip cannot measure") {
    for (const auto& [pressure, temperature, words] :
         {std::tuple(355671U, 312136U, "temperature of -40.5 °C, the chip measures -40 to 85 °C"),
          std::tuple(468081U, 714090U, "temperature of 85.5 °C, the chip measures -40 to 85 °C"),
          std::tuple(828663U, 503676U, "pressure of 299.5 hPa, the chip measures 300 to 1100 hPa"),
          std::tuple(355793U, 503676U, "pressure of 1100.5 hPa, the chip measures 300 to 1100 hPa"),
          std::tuple(0xFFFFFU, 0xFFFFFU, "the chip measures"), std::tuple(0U, 0U, "the chip measures")}) {
      device.chip->set_reading(pressure, temperature);
      CHECK_THROWS_WITH(device.sample(), Contains(words));
    }
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

TEST_CASE("a raw value of 0x80000 beside a good one is a value") {
  ExampleDevice device;
  device.component->start();
  device.chip->set_reading(420152, 0x80000);
  device.sample();
  CHECK(device.last("temperature") == Approx(26.4608).margin(0.0001));
  CHECK(device.last("pressure") == Approx(1000).margin(0.01));
}

TEST_CASE("a calibration that no chip has") {
  ExampleDevice device;
  auto* const calibration = device.chip->registers.begin() + 0x88;
  SECTION("zeros") {
    std::fill_n(calibration, 24, std::uint8_t{0});
    CHECK_THROWS_WITH(
        device.component->start(),
        "0x76 on i2c-1: its calibration (0x88 to 0x9f) reads as zeros only: the chip is damaged, or the bus is");
  }
  SECTION("ones") {
    std::fill_n(calibration, 24, std::uint8_t{0xFF});
    CHECK_THROWS_WITH(device.component->start(), Contains("reads as 0xff only"));
  }
  SECTION("a word that must be there") {
    const auto [word, name] = GENERATE(std::pair(0, "T1"), std::pair(2, "T2"), std::pair(6, "P1"));
    std::fill_n(calibration + word, 2, std::uint8_t{0});
    CHECK_THROWS_WITH(device.component->start(), Contains(std::string("has no value ") + name));
    std::fill_n(calibration + word, 2, std::uint8_t{0xFF});
    CHECK_THROWS_AS(device.component->start(), m2ag::DeviceError);
  }
  SECTION("of the humidity") {
    ExampleDevice bme({}, "bme280");
    std::fill_n(bme.chip->registers.begin() + 0xE1, 7, std::uint8_t{0});
    CHECK_THROWS_WITH(bme.component->start(), Contains("its calibration (0xe1 to 0xe7) reads as zeros only"));
  }
}

TEST_CASE("a chip that lost its supply is set up again by the next sample") {
  const auto mode = GENERATE(as<std::string>(), "forced", "normal");
  WatchedDevice device({{"mode", mode}, {"standby", 500}, {"humidity_oversampling", 2}});
  device.component->start();
  device.sample();
  CHECK(device.chip->resets == 1);

  device.chip->inner.lose_power();
  device.sample();
  CHECK(device.chip->resets == 2);
  CHECK(device.context.publications().size() == 8);
  REQUIRE(device.context.log_lines().size() == 1);
  CHECK_THAT(device.context.log_lines()[0], Contains("0x76 on i2c-1") && Contains("had lost its settings"));

  device.sample();  // and only by that one
  CHECK(device.chip->resets == 2);
  if (mode == "forced") CHECK(device.chip->read_while_measuring == 0);
  device.expect_right_values();
}

TEST_CASE("a loss of supply while it measures gives no value") {
  WatchedDevice device;
  device.component->start();
  device.chip->lose_power_at_measurement = true;
  CHECK_THROWS_AS(device.sample(), m2ag::DeviceError);
  CHECK(device.context.publications().empty());
  device.chip->lose_power_at_measurement = false;
  device.sample();
  CHECK(device.chip->resets == 2);
  device.expect_right_values();
}

TEST_CASE("a value that was skipped because the settings were lost is none") {
  class Forgetful final : public bmp280::test::ExampleChip {
    void write(std::uint8_t reg, std::uint8_t value) override {
      ExampleChip::write(reg, value);
      if (reg == 0xF4 && (value & 3) == 1) registers[0xF2] = 0;
    }
  };
  Device<Forgetful> device(std::make_shared<Forgetful>(), "bme280", {});
  device.chip->set_humidity_calibration({75, 355, 0, 334, 50, 30});
  device.component->start();
  CHECK_THROWS_WITH(device.sample(), Contains("lost its settings while it measured"));
  CHECK(device.context.publications().empty());
}

TEST_CASE("after an error it is set up again, whatever the registers say") {
  ExampleDevice device;
  device.component->start();
  device.chip->dead = true;
  CHECK_THROWS_AS(device.sample(), m2ag::DeviceError);
  device.chip->dead = false;
  device.chip->registers[0xE0] = 0;
  device.sample();
  CHECK(device.chip->registers[0xE0] == 0xB6);
  CHECK(device.context.log_lines().empty());  // said once, by who counts the errors
  device.chip->registers[0xE0] = 0;
  device.sample();
  CHECK(device.chip->registers[0xE0] == 0);
}

TEST_CASE("unplugged and plugged in again") {
  WatchedDevice device({{"filter", 4}});
  device.component->start();
  device.sample();
  const std::size_t before = device.context.publications().size();
  device.chip->inner.plug(false);
  for (int i = 0; i < 3; ++i) CHECK_THROWS_AS(device.sample(), m2ag::DeviceError);
  CHECK(device.context.publications().size() == before);
  device.component->stop();  // lets go of it although nobody answers
  CHECK_THROWS_AS(device.component->start(), m2ag::DeviceError);

  device.chip->inner.plug(true);
  device.component->start();
  device.sample();
  CHECK(device.context.publications().size() == 2 * before);
  CHECK(device.chip->inner.read(0xF5) == 2 << 2);
  device.expect_right_values();
}

TEST_CASE("another chip in its place is found out by the next sample") {
  Device<SimulatedBmp280> device(std::make_shared<SimulatedBmp280>(SimulatedBmp280::Params{}), "bmp280", {});
  device.component->start();
  device.sample();
  device.context.attach_chip(bmp280::test::on_bus(0x76), std::make_shared<SimulatedBme280>(SimulatedBme280::Params{}));
  CHECK_THROWS_WITH(device.sample(), Contains("found a BME280 (0x60) at 0x76"));
}

TEST_CASE("another chip of the same kind is read by its own calibration") {
  ExampleDevice device;
  device.component->start();
  device.sample();
  device.chip->set_calibration({28009, 25654, 50, 39145, -10750, 3024, 5667, -120, -7, 15500, -14600, 6000});
  device.chip->set_reading(327174, 530141);
  device.chip->registers[0xF4] = 0;  // it comes without settings
  device.sample();
  CHECK(device.last("temperature") == Approx(25.08).margin(0.005));
  CHECK(device.last("pressure") == Approx(1006.53).margin(0.005));
}

TEST_CASE("every thirteenth transfer fails: no wrong value, and it goes on without a restart") {
  WatchedDevice device({}, {.fail_every = 13});
  const auto try_it = [](const auto& call) {
    try {
      call();
    } catch (const m2ag::DeviceError&) {
      return false;
    }
    return true;
  };
  for (int tries = 0; !try_it([&] { device.component->start(); }); ++tries) REQUIRE(tries < 20);
  int good = 0, bad = 0;
  for (int i = 0; i < 60; ++i) (try_it([&] { device.sample(); }) ? good : bad) += 1;
  CHECK(good > 0);
  CHECK(bad > 0);
  CHECK(device.context.publications().size() == 4U * static_cast<unsigned>(good));
  CHECK(device.chip->read_while_measuring == 0);
  device.expect_right_values();
}
