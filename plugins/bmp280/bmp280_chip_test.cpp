// The simulated chips: by their registers, and through the driver.
#include "bmp280_chip.h"

#include "bmp280_test_chip.h"
#include "catch.h"

using namespace std::chrono_literals;
using bmp280::SimulatedBme280;
using bmp280::SimulatedBmp280;
using bmp280::test::Device;

namespace {

/// Goes on by itself, for the driver's sleeps, and farther when told.
struct ShiftedClock {
  std::chrono::steady_clock::duration shift{};
  std::chrono::steady_clock::time_point operator()() const { return std::chrono::steady_clock::now() + shift; }
};

}  // namespace

TEST_CASE("the simulated chips go through the driver at their limits and between") {
  const auto measured = [](auto chip, const std::string& type) {
    Device<m2ag::SimulatedI2cChip> device(chip, type, {});
    device.component->start();
    device.sample();
    return std::array{device.last("temperature"), device.last("pressure"),
                      device.has("humidity") ? device.last("humidity") : 0};
  };
  for (const double celsius : {-40.0 + 0.01, -5.0, 21.5, 84.99}) {
    for (const double hectopascal : {300.1, 955.4, 1099.9}) {
      const bmp280::SimulatedChipParams params{.temperature = celsius, .pressure = hectopascal};
      const auto [temperature, pressure, none] = measured(std::make_shared<SimulatedBmp280>(params), "bmp280");
      CHECK(temperature == Approx(celsius).margin(0.005));
      CHECK(pressure == Approx(hectopascal).margin(0.01));
    }
    for (const double percent : {0.0, 45.0, 100.0}) {
      const bmp280::SimulatedChipParams params{.temperature = celsius, .humidity = percent};
      const auto [temperature, pressure, humidity] = measured(std::make_shared<SimulatedBme280>(params), "bme280");
      CHECK(temperature == Approx(celsius).margin(0.005));
      CHECK(pressure == Approx(1013.25).margin(0.01));
      CHECK(humidity == Approx(percent).margin(0.01));
    }
  }
}

TEST_CASE("the simulated chip drifts") {
  ShiftedClock clock;
  Device<SimulatedBme280> device(std::make_shared<SimulatedBme280>(SimulatedBme280::Params{.temperature = 20,
                                                                                           .pressure = 1000,
                                                                                           .humidity = 60,
                                                                                           .temperature_drift = 2,
                                                                                           .pressure_drift = 5,
                                                                                           .humidity_drift = 30,
                                                                                           .period = 400s},
                                                                   [&clock] { return clock(); }),
                                 "bme280", {});
  device.component->start();
  clock.shift = 100s;  // a quarter of the swing: the farthest
  device.sample();
  CHECK(device.last("temperature") == Approx(22).margin(0.005));
  CHECK(device.last("pressure") == Approx(1005).margin(0.01));
  CHECK(device.last("humidity") == Approx(90).margin(0.02));
}

TEST_CASE("the simulated chip's modes, and the time it takes") {
  std::chrono::steady_clock::time_point now{};
  SimulatedBmp280 chip({.temperature = 20, .temperature_drift = 10, .period = 1000s}, [&now] { return now; });
  const auto raw = [&] { return chip.read(0xFA) << 12 | chip.read(0xFB) << 4 | chip.read(0xFC) >> 4; };
  const auto measuring = [&] { return (chip.read(0xF3) & 0x08) != 0; };
  CHECK(raw() == 0x80000);  // nothing is measured before it is asked to

  chip.write(0xF4, 0x25);  // forced, both once: 5.5 ms
  CHECK(measuring());
  CHECK(raw() == 0x80000);
  now += 5400us;
  CHECK(measuring());
  CHECK(chip.read(0xF4) == 0x25);
  now += 200us;
  CHECK_FALSE(measuring());
  CHECK(chip.read(0xF4) == 0x24);  // asleep again after one measurement
  const int first = raw();
  CHECK(first != 0x80000);
  now += 100s;
  CHECK(raw() == first);  // and measures nothing then

  chip.write(0xE0, 0xB6);
  CHECK(chip.read(0xF4) == 0);
  CHECK(raw() == 0x80000);
  chip.write(0xF4, 0x05);  // temperature skipped
  now += 10ms;
  CHECK(raw() == 0x80000);

  chip.write(0xF4, 0x00);
  chip.write(0xF5, 5 << 5);  // pauses of 1 s
  chip.write(0xF4, 0x27);    // normal mode goes on measuring
  now += 6ms;
  const int second = raw();
  CHECK(second > first);
  CHECK_FALSE(measuring());
  now += 500ms;
  CHECK(raw() == second);  // it pauses
  now += 500ms;
  CHECK(measuring());  // from 5.5 + 1000 ms on
  now += 60s;
  CHECK(raw() > second);
  CHECK(chip.read(0xF4) == 0x27);

  chip.write(0xD0, 0x00);  // read-only
  CHECK(chip.read(0xD0) == 0x58);
}

TEST_CASE("a burst is of one measurement") {
  std::chrono::steady_clock::time_point now{};
  SimulatedBmp280 chip({.temperature = 20, .temperature_drift = 30, .period = 100s}, [&now] { return now; });
  chip.write(0xF4, 0x27);
  now += 10ms;
  const auto burst = [&](std::chrono::milliseconds between) {
    std::array<std::uint8_t, 6> bytes{};
    for (std::uint8_t i = 0; i < 6; ++i, now += between) bytes[i] = chip.read(static_cast<std::uint8_t>(0xF7 + i));
    return bytes;
  };
  const auto at_once = burst(0ms);
  CHECK(burst(2s) == at_once);
  CHECK(burst(0ms) != at_once);
}

TEST_CASE("the simulated chip's filter lets a change through slowly") {
  std::chrono::steady_clock::time_point now{};
  SimulatedBmp280 chip({.temperature = 20, .temperature_drift = 10, .period = 400s}, [&now] { return now; });
  const auto measured = [&] {
    chip.write(0xF4, 0x25);
    now += 10ms;
    return chip.read(0xFA) << 12 | chip.read(0xFB) << 4 | chip.read(0xFC) >> 4;
  };
  chip.write(0xF5, 2 << 2);  // coefficient 4
  const int first = measured();
  now += 100s;
  const int second = measured();
  chip.write(0xF5, 0);
  const int unfiltered = measured();
  CHECK(second - first == Approx((unfiltered - first) / 4.0).margin(5));
}

TEST_CASE("the simulated BME280's humidity is measured by what was written before ctrl_meas") {
  std::chrono::steady_clock::time_point now{};
  SimulatedBme280 chip({}, [&now] { return now; });
  const auto raw = [&] {
    now += 20ms;
    return chip.read(0xFD) << 8 | chip.read(0xFE);
  };
  chip.write(0xF4, 0x25);
  CHECK(raw() == 0x8000);
  chip.write(0xF2, 0xF9);
  CHECK(chip.read(0xF2) == 0x01);  // the other bits are none
  CHECK(raw() == 0x8000);
  chip.write(0xF4, 0x25);
  CHECK(raw() != 0x8000);
  chip.lose_power();
  CHECK(raw() == 0x8000);
  CHECK(chip.read(0xF2) == 0);
}
