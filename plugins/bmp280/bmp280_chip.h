// A simulated BMP280, register by register: calibration, sleep, forced and normal mode, soft reset. It computes raw readings back from
// the temperature and pressure it is told, so that everything above the bus is the driver's own code.
#pragma once

#include <m2ag/m2ag.h>

#include <array>
#include <chrono>
#include <functional>

#include "bmp280_compensation.h"
#include "bmp280_registers.h"

namespace bmp280 {

class SimulatedBmp280 final : public m2ag::SimulatedI2cChip {
 public:
  struct Params {
    double temperature = 21.5;     // °C
    double pressure = 1013.25;     // hPa
    double temperature_drift = 0;  // °C, either way
    double pressure_drift = 0;     // hPa, either way
    std::chrono::seconds period{600};
    std::uint8_t id = kChipId;
  };
  using Clock = std::function<std::chrono::steady_clock::time_point()>;

  explicit SimulatedBmp280(const Params& params, Clock now = std::chrono::steady_clock::now);

  std::uint8_t read(std::uint8_t reg) override;
  void write(std::uint8_t reg, std::uint8_t value) override;

 private:
  void reset();
  void measure();
  void store(std::uint8_t reg, std::int32_t raw);

  const Params params_;
  const Clock now_;
  const std::chrono::steady_clock::time_point begin_;
  Calibration calibration_;
  std::array<std::uint8_t, 256> registers_{};
};

}  // namespace bmp280
