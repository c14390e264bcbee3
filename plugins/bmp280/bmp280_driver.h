// Drives one BMP280 or BME280 over I²C: says which chip is there, sets it up, measures, and notices when it has lost its settings.
// Not a component: it publishes nothing. Use it on the component's lane; it sleeps while the chip measures. After any error it wants to
// be set up again, and says so by `in_order`.
#pragma once

#include <m2ag/m2ag.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "bmp280_compensation.h"
#include "bmp280_model.h"

namespace bmp280 {

/// What was not skipped.
struct Reading {
  double temperature = 0;          // °C
  std::optional<double> pressure;  // hPa
  std::optional<double> humidity;  // %
};

class Driver {
 public:
  Driver(const Model& model, const Settings& settings, std::unique_ptr<m2ag::I2cDevice> device, std::uint8_t address);

  /// Identifies the chip, resets it, reads its calibration, writes the settings: 2 to 25 ms. Throws ConfigError when another chip is
  /// there, DeviceError when none is, or one without a calibration.
  void set_up();

  /// Whether it is set up: one transfer. False after an error, and when the registers are those of a chip that was without supply.
  /// Throws DeviceError when nobody answers.
  bool in_order();

  /// One measurement; 5.5 to 113 ms in forced mode, nearly none in normal mode. Throws DeviceError when there is none, or when a value is
  /// one that the chip cannot measure.
  Reading measure();

  /// Stops measuring in normal mode. Throws DeviceError.
  void sleep();

  /// "0x76 on i2c-1", for messages.
  std::string where() const { return device_->where(); }

 private:
  void check_id() const;
  void read_calibration();
  void expect_calibration(std::span<const std::uint8_t> bytes, std::uint8_t first_register) const;
  bool settings_are_there() const;
  void wait_for_measurement() const;
  void wait_until_clear(std::uint8_t bit, microseconds limit, const char* complaint) const;
  RawReading read_raw() const;
  void expect_measured(const RawReading& raw) const;
  Reading compensated(const RawReading& raw) const;
  void expect_range(const char* quantity, double value, double low, double high, const char* unit) const;
  [[noreturn]] void fail(const std::string& what) const;

  const Model& model_;
  const Settings settings_;
  const ControlBytes bytes_;
  const std::uint8_t address_;
  const std::unique_ptr<m2ag::I2cDevice> device_;
  Calibration calibration_;
  HumidityCalibration humidity_calibration_;
  std::chrono::steady_clock::time_point first_ready_;  // in normal mode
  bool ready_ = false;
};

}  // namespace bmp280
