// Bosch BMP280: temperature and pressure, one forced measurement a sample, so that the chip sleeps in between and does not warm itself.
// Section numbers are those of the datasheet BST-BMP280-DS001.
#include <m2ag/m2ag.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "bmp280_chip.h"
#include "bmp280_compensation.h"
#include "bmp280_registers.h"

namespace bmp280 {

namespace {

using std::chrono::microseconds;

std::string hex(unsigned int byte) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "0x%02x", byte & 0xFFU);
  return text.data();
}

/// Chips that sit at the same addresses and are taken for a BMP280; empty for an id that none of them has.
std::string chip_with_id(std::uint8_t id) {
  switch (id) {
    case 0x50: return "BMP388";
    case 0x55: return "BMP180";
    case 0x60: return "BME280";
    case 0x61: return "BME680";
    default: return {};
  }
}

class Bmp280 final : public m2ag::Component, public m2ag::Sensor {
 public:
  struct Params {
    m2ag::I2cConfig chip;
    int temperature_oversampling = 1;
    int pressure_oversampling = 1;
    int filter = 0;
  };

  Bmp280(m2ag::Context& context, Params params) : Component(context), params_(std::move(params)) {}

  void start() override {
    device_ = context().i2c(params_.chip);
    check_id();
    device_->write_byte(kResetRegister, kResetWord);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));  // start-up time, §1 table 2
    wait_until_clear(kStatusCopying, std::chrono::milliseconds(20), "its calibration did not get ready after a reset");
    read_calibration();
    // Only in sleep mode are writes to this register sure to count (§4.3.5).
    device_->write_byte(kConfigRegister, static_cast<std::uint8_t>(filter_bits(params_.filter) << 2));
  }

  void sample() override {
    const auto control = oversampling_bits(params_.temperature_oversampling) << 5 |
                         oversampling_bits(params_.pressure_oversampling) << 2 | kModeForced;
    device_->write_byte(kControlRegister, static_cast<std::uint8_t>(control));
    std::this_thread::sleep_for(measurement_time());
    wait_until_clear(kStatusMeasuring, measurement_time() + std::chrono::milliseconds(20),
                     "the measurement did not end");

    std::array<std::uint8_t, 6> bytes{};
    device_->read_block(kDataRegister, bytes);
    const RawReading raw = parse_reading(bytes);
    if (raw.temperature == kSkipped || raw.pressure == kSkipped)
      fail("the chip has measured nothing (raw value 0x80000)");

    const double fine = fine_temperature(calibration_, raw.temperature);
    const double hectopascal = pascal(calibration_, raw.pressure, fine).value_or(0) / 100;
    // What the chip can measure at all, §1 table 2; beyond it a reading is a fault of the bus or of the chip.
    check_range("temperature", celsius(fine), -40, 85, "°C");
    check_range("pressure", hectopascal, 300, 1100, "hPa");
    publish("temperature", celsius(fine));
    publish("pressure", hectopascal);
  }

  void stop() noexcept override { device_.reset(); }  // asleep since the last measurement

 private:
  [[noreturn]] void fail(const std::string& what) const { throw m2ag::DeviceError(device_->where() + ": " + what); }

  void check_id() const {
    const std::uint8_t id = device_->read_byte(kIdRegister);
    if (id == kChipId) return;
    const std::string end = " at " + hex(params_.chip.address) + ", the descriptor says bmp280 (" + hex(kChipId) + ")";
    const std::string other = chip_with_id(id);
    if (!other.empty()) throw m2ag::ConfigError("found a " + other + " (" + hex(id) + ")" + end);
    throw m2ag::DeviceError("found an unknown chip (id " + hex(id) + ")" + end);
  }

  void read_calibration() {
    std::array<std::uint8_t, kCalibrationSize> bytes{};
    device_->read_block(kCalibrationRegister, bytes);
    calibration_ = parse_calibration(bytes);
    // An erased or unreadable memory is all zeros or all ones; T1 and P1 are neither in any chip.
    const auto missing = [](std::uint16_t word) { return word == 0 || word == 0xFFFF; };
    if (missing(calibration_.t1) || missing(calibration_.p1)) fail("its calibration values are missing");
  }

  void wait_until_clear(std::uint8_t bit, microseconds limit, const char* complaint) const {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while ((device_->read_byte(kStatusRegister) & bit) != 0) {
      if (std::chrono::steady_clock::now() > deadline) fail(complaint);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  // The longest that a measurement takes, §3.8.1 table 13: 1.25 ms + 2.3 ms for each sample of either + 0.575 ms.
  microseconds measurement_time() const {
    return microseconds(1825 + 2300 * (params_.temperature_oversampling + params_.pressure_oversampling));
  }

  void check_range(const char* quantity, double value, double low, double high, const char* unit) const {
    if (value >= low && value <= high) return;
    std::array<char, 160> text{};
    std::snprintf(text.data(), text.size(), "%s of %.1f %s, the chip measures %g to %g", quantity, value, unit, low,
                  high);
    fail(text.data());
  }

  const Params params_;
  std::unique_ptr<m2ag::I2cDevice> device_;
  Calibration calibration_;
};

}  // namespace

}  // namespace bmp280

M2AG_PLUGIN("bmp280", "1.0.0", plugin) {
  using bmp280::Bmp280;
  plugin.component<Bmp280>("bmp280", "Bosch BMP280: temperature and air pressure")
      .i2c(&Bmp280::Params::chip, {0x76, 0x77})
      .param("temperature_oversampling", &Bmp280::Params::temperature_oversampling,
             "samples in one temperature reading")
      .one_of({1, 2, 4, 8, 16})
      .param("pressure_oversampling", &Bmp280::Params::pressure_oversampling,
             "samples in one pressure reading: more give less noise")
      .one_of({1, 2, 4, 8, 16})
      .param("filter", &Bmp280::Params::filter, "coefficient of the chip's low-pass filter, 0 for none")
      .one_of({0, 2, 4, 8, 16})
      .interval(std::chrono::seconds(10))
      .channel("temperature", "°C", "Temperature")
      .quantity("temperature")
      .precision(2)
      .channel("pressure", "hPa", "Air pressure at the place of the sensor")
      .quantity("atmospheric_pressure")
      .precision(2);

  using Chip = bmp280::SimulatedBmp280;
  plugin.simulated_chip<Chip>("bmp280", "BMP280 that measures what it is told")
      .param("temperature", &Chip::Params::temperature, "temperature around which it drifts")
      .range(-40, 85)
      .unit("°C")
      .param("pressure", &Chip::Params::pressure, "pressure around which it drifts")
      .range(300, 1100)
      .unit("hPa")
      .param("temperature_drift", &Chip::Params::temperature_drift, "how far the temperature goes to either side")
      .range(0, 60)
      .unit("°C")
      .param("pressure_drift", &Chip::Params::pressure_drift, "how far the pressure goes to either side")
      .range(0, 400)
      .unit("hPa")
      .param("period", &Chip::Params::period, "time of one swing to both sides and back")
      .param("id", &Chip::Params::id, "what it says it is; 0x60 is a BME280")
      .hexadecimal();
}
