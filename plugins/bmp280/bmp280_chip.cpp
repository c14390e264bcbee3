#include "bmp280_chip.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace bmp280 {

namespace {

// The trimming values of the datasheet's worked example (§3.12): T1 27504, T2 26435, T3 -1000, P1 36477, P2 -10685, …
constexpr std::array<std::uint8_t, kCalibrationSize> kExampleCalibration = {
    0x70, 0x6B, 0x43, 0x67, 0x18, 0xFC, 0x7D, 0x8E, 0x43, 0xD6, 0xD0, 0x0B,
    0x27, 0x0B, 0x8C, 0x00, 0xF9, 0xFF, 0x8C, 0x3C, 0xF8, 0xC6, 0x70, 0x17};

/// The smallest raw value of 20 bits for which `reached` holds; it must not hold before and hold ever after.
template <class Reached>
std::int32_t first_raw(Reached&& reached) {
  std::int32_t low = 0, high = 0xFFFFF;
  while (low < high) {
    const std::int32_t middle = (low + high) / 2;
    if (reached(middle)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

}  // namespace

SimulatedBmp280::SimulatedBmp280(const Params& params, Clock now)
    : params_(params), now_(std::move(now)), begin_(now_()) {
  std::copy(kExampleCalibration.begin(), kExampleCalibration.end(), registers_.begin() + kCalibrationRegister);
  calibration_ = parse_calibration(kExampleCalibration);
  registers_[kIdRegister] = params_.id;
  reset();
}

std::uint8_t SimulatedBmp280::read(std::uint8_t reg) {
  // A burst starts with the first data byte; the chip keeps one measurement together while it lasts (§3.10).
  if (reg == kDataRegister && (registers_[kControlRegister] & kModeMask) == kModeNormal) measure();
  return registers_[reg];
}

void SimulatedBmp280::write(std::uint8_t reg, std::uint8_t value) {
  if (reg == kResetRegister && value == kResetWord) return reset();
  if (reg != kControlRegister && reg != kConfigRegister) return;  // all others are read-only
  registers_[reg] = value;
  const std::uint8_t mode = value & kModeMask;
  if (reg != kControlRegister || mode == kModeSleep || mode == kModeNormal) return;
  measure();
  registers_[reg] = static_cast<std::uint8_t>(value & ~kModeMask);  // back to sleep after one measurement (§3.6.2)
}

void SimulatedBmp280::reset() {
  registers_[kControlRegister] = 0;
  registers_[kConfigRegister] = 0;
  store(kDataRegister, kSkipped);
  store(kDataRegister + 3, kSkipped);
}

void SimulatedBmp280::measure() {
  const std::chrono::duration<double> elapsed = now_() - begin_;
  const std::chrono::duration<double> period = params_.period;
  const double wave = period.count() > 0 ? std::sin(2 * std::numbers::pi * elapsed / period) : 0;
  const double celsius_wanted = params_.temperature + params_.temperature_drift * wave;
  const double pascal_wanted = 100 * (params_.pressure + params_.pressure_drift * wave);

  const std::int32_t raw_temperature =
      first_raw([&](std::int32_t raw) { return celsius(fine_temperature(calibration_, raw)) >= celsius_wanted; });
  const double fine = fine_temperature(calibration_, raw_temperature);
  const std::int32_t raw_pressure =  // a higher raw value is a lower pressure
      first_raw([&](std::int32_t raw) { return pascal(calibration_, raw, fine).value_or(0) <= pascal_wanted; });

  const std::uint8_t control = registers_[kControlRegister];
  store(kDataRegister, (control >> 2 & 7) == 0 ? kSkipped : raw_pressure);
  store(kDataRegister + 3, (control >> 5) == 0 ? kSkipped : raw_temperature);
}

void SimulatedBmp280::store(std::uint8_t reg, std::int32_t raw) {
  registers_[reg] = static_cast<std::uint8_t>(raw >> 12);
  registers_[reg + 1U] = static_cast<std::uint8_t>(raw >> 4);
  registers_[reg + 2U] = static_cast<std::uint8_t>(raw << 4);
}

}  // namespace bmp280
