// A simulated BMP280 or BME280, register by register: calibration, sleep, forced and normal mode, the time a measurement takes and its bit in
// the status, filter, soft reset, loss of supply. It computes raw readings back from the temperature, pressure and humidity it is told, so that
// everything above the bus is the driver's own code.
#pragma once

#include <m2ag/m2ag.h>

#include <array>
#include <chrono>
#include <functional>
#include <optional>

#include "bmp280_compensation.h"
#include "bmp280_model.h"

namespace bmp280 {

struct SimulatedChipParams {
  double temperature = 21.5;     // °C
  double pressure = 1013.25;     // hPa
  double humidity = 45;          // %, of a BME280
  double temperature_drift = 0;  // °C, either way
  double pressure_drift = 0;     // hPa, either way
  double humidity_drift = 0;     // %, either way
  std::chrono::seconds period{600};
  std::uint8_t id = kBmp280.id;  // of a BMP280
  int fail_every = 0;            // transfers; 0: none fails
};

class SimulatedChip : public m2ag::SimulatedI2cChip {
 public:
  using Clock = std::function<std::chrono::steady_clock::time_point()>;

  SimulatedChip(const Model& model, std::uint8_t id, const SimulatedChipParams& params, Clock now);

  /// Throw DeviceError while it is unplugged, and for each transfer that is to fail. Registers one after the other are one transfer.
  std::uint8_t read(std::uint8_t reg) override;
  void write(std::uint8_t reg, std::uint8_t value) override;

  /// For tests: off the bus, or on it again and as after a reset.
  void plug(bool in);
  /// For tests: the supply was away for a moment.
  void lose_power() { reset(); }

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Raw {
    std::int32_t pressure, temperature, humidity;
  };

  void begin_transfer(std::uint8_t reg);
  void reset();
  void change_mode(std::uint8_t control);
  void finish_measurements();
  Oversampling oversampling() const;
  Raw sensed() const;
  void measure();
  std::int32_t filtered(std::optional<std::int32_t>& memory, std::int32_t raw) const;
  void store(std::uint8_t reg, std::int32_t raw);

  const Model& model_;
  const SimulatedChipParams params_;
  const Clock now_;
  const Time begin_;
  Calibration calibration_;
  HumidityCalibration humidity_calibration_;
  std::array<std::uint8_t, 256> registers_{};
  int humidity_oversampling_ = 0;  // ctrl_hum as it counts
  std::optional<Time> done_;       // when the measurement that goes on, or the next one, is finished
  std::optional<std::int32_t> pressure_memory_, temperature_memory_;  // of the filter
  std::optional<std::uint8_t> next_register_;                         // of the transfer that goes on
  int transfers_ = 0;
  bool plugged_ = true;
};

class SimulatedBmp280 final : public SimulatedChip {
 public:
  using Params = SimulatedChipParams;
  explicit SimulatedBmp280(const Params& params, Clock now = std::chrono::steady_clock::now)
      : SimulatedChip(kBmp280, params.id, params, std::move(now)) {}
};

class SimulatedBme280 final : public SimulatedChip {
 public:
  using Params = SimulatedChipParams;
  explicit SimulatedBme280(const Params& params, Clock now = std::chrono::steady_clock::now)
      : SimulatedChip(kBme280, kBme280.id, params, std::move(now)) {}
};

}  // namespace bmp280
