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

// The BME280's datasheet has no example. Of the usual size: H1 75, H2 355, H3 0, H4 334, H5 50, H6 30.
constexpr std::uint8_t kExampleH1 = 75;
constexpr std::array<std::uint8_t, kHumidityCalibrationSize> kExampleHumidity = {0x63, 0x01, 0x00, 0x14,
                                                                                 0x2E, 0x03, 0x1E};

/// The smallest raw value up to `highest` for which `reached` holds; it must not hold before and hold ever after.
template <class Reached>
std::int32_t first_raw(std::int32_t highest, Reached&& reached) {
  std::int32_t low = 0, high = highest;
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

SimulatedChip::SimulatedChip(const Model& model, std::uint8_t id, const SimulatedChipParams& params, Clock now)
    : model_(model),
      params_(params),
      now_(std::move(now)),
      begin_(now_()),
      calibration_(parse_calibration(kExampleCalibration)),
      humidity_calibration_(parse_humidity_calibration(kExampleH1, kExampleHumidity)) {
  std::copy(kExampleCalibration.begin(), kExampleCalibration.end(), registers_.begin() + kCalibrationRegister);
  if (model_.humidity) {
    registers_[kHumidityCalibration1Register] = kExampleH1;
    std::copy(kExampleHumidity.begin(), kExampleHumidity.end(), registers_.begin() + kHumidityCalibration2Register);
  }
  registers_[kIdRegister] = id;
  reset();
}

std::uint8_t SimulatedChip::read(std::uint8_t reg) {
  begin_transfer(reg);
  return registers_[reg];
}

void SimulatedChip::write(std::uint8_t reg, std::uint8_t value) {
  begin_transfer(reg);
  if (reg == kResetRegister && value == kResetWord) return reset();
  if (reg == kConfigRegister) {
    registers_[reg] = value;
    pressure_memory_.reset();  // a write resets the filter, and the next values pass (§3.3.3)
    temperature_memory_.reset();
  } else if (reg == kHumidityControlRegister && model_.humidity) {
    registers_[reg] = value & kHumidityControlMask;
  } else if (reg == kControlRegister) {
    change_mode(value);
  }  // all others are read-only
}

void SimulatedChip::plug(bool in) {
  plugged_ = in;
  if (in) reset();
}

// While a burst lasts the chip keeps the data of one measurement (§3.10): new ones get into the registers between transfers only.
void SimulatedChip::begin_transfer(std::uint8_t reg) {
  const bool goes_on = next_register_ == reg;
  next_register_ = static_cast<std::uint8_t>(reg + 1);
  if (!plugged_) throw m2ag::DeviceError("no device answered: the simulated chip is unplugged");
  if (goes_on) return;
  finish_measurements();
  if (params_.fail_every > 0 && ++transfers_ >= params_.fail_every) {
    transfers_ = 0;
    next_register_.reset();
    throw m2ag::DeviceError("no device answered: the simulated chip lets a transfer fail (fail_every)");
  }
}

void SimulatedChip::reset() {
  for (const std::uint8_t reg : {kHumidityControlRegister, kStatusRegister, kControlRegister, kConfigRegister})
    registers_[reg] = 0;
  humidity_oversampling_ = 0;
  done_.reset();
  pressure_memory_.reset();
  temperature_memory_.reset();
  store(kDataRegister, kSkipped);
  store(kDataRegister + 3, kSkipped);
  if (!model_.humidity) return;
  registers_[kDataRegister + 6] = kHumiditySkipped >> 8;
  registers_[kDataRegister + 7] = 0;
}

void SimulatedChip::change_mode(std::uint8_t control) {
  registers_[kControlRegister] = control;
  humidity_oversampling_ = oversampling_of(registers_[kHumidityControlRegister]);
  const bool measures = (control & kModeMask) != kModeSleep;
  registers_[kStatusRegister] = measures ? kStatusMeasuring : 0;
  if (measures) {
    done_ = now_() + typical_time(oversampling());
  } else {
    done_.reset();
  }
}

void SimulatedChip::finish_measurements() {
  if (!done_) return;
  const Time now = now_();
  const microseconds each = typical_time(oversampling());
  if (now >= *done_) {
    measure();
    if ((registers_[kControlRegister] & kModeMask) == kModeNormal) {
      const microseconds cycle = each + model_.standby[registers_[kConfigRegister] >> 5];
      *done_ += cycle * ((now - *done_) / cycle + 1);
    } else {
      registers_[kControlRegister] &= static_cast<std::uint8_t>(~kModeMask);  // asleep again after one (§3.6.2)
      done_.reset();
    }
  }
  registers_[kStatusRegister] = done_ && now >= *done_ - each ? kStatusMeasuring : 0;
}

Oversampling SimulatedChip::oversampling() const {
  const unsigned control = registers_[kControlRegister];
  return {.temperature = oversampling_of(control >> 5),
          .pressure = oversampling_of(control >> 2 & 7),
          .humidity = humidity_oversampling_};
}

SimulatedChip::Raw SimulatedChip::sensed() const {
  const std::chrono::duration<double> elapsed = now_() - begin_;
  const std::chrono::duration<double> period = params_.period;
  const double wave = period.count() > 0 ? std::sin(2 * std::numbers::pi * elapsed / period) : 0;
  const double celsius_wanted = params_.temperature + params_.temperature_drift * wave;
  const double pascal_wanted = 100 * (params_.pressure + params_.pressure_drift * wave);
  const double humidity_wanted = std::clamp(params_.humidity + params_.humidity_drift * wave, 0.0, 100.0);

  Raw raw{};
  raw.temperature = first_raw(
      0xFFFFF, [&](std::int32_t each) { return celsius(fine_temperature(calibration_, each)) >= celsius_wanted; });
  const double fine = fine_temperature(calibration_, raw.temperature);
  raw.pressure = first_raw(0xFFFFF, [&](std::int32_t each) {  // a higher raw value is a lower pressure
    return pascal(calibration_, each, fine).value_or(0) <= pascal_wanted;
  });
  raw.humidity = first_raw(0xFFFF, [&](std::int32_t each) {
    return relative_humidity(humidity_calibration_, each, fine) >= humidity_wanted;
  });
  return raw;
}

void SimulatedChip::measure() {
  const Raw raw = sensed();
  const Oversampling times = oversampling();
  store(kDataRegister, times.pressure == 0 ? kSkipped : filtered(pressure_memory_, raw.pressure));
  store(kDataRegister + 3, times.temperature == 0 ? kSkipped : filtered(temperature_memory_, raw.temperature));
  if (!model_.humidity) return;
  const std::int32_t humidity = times.humidity == 0 ? kHumiditySkipped : raw.humidity;
  registers_[kDataRegister + 6] = static_cast<std::uint8_t>(humidity >> 8);
  registers_[kDataRegister + 7] = static_cast<std::uint8_t>(humidity);
}

// §3.3.3; the coefficient is 2 to the power of its bits, and all above 16 is 16.
std::int32_t SimulatedChip::filtered(std::optional<std::int32_t>& memory, std::int32_t raw) const {
  const std::int32_t coefficient = 1 << std::min(registers_[kConfigRegister] >> 2 & 7, 4);
  memory = memory ? (*memory * (coefficient - 1) + raw) / coefficient : raw;
  return *memory;
}

void SimulatedChip::store(std::uint8_t reg, std::int32_t raw) {
  registers_[reg] = static_cast<std::uint8_t>(raw >> 12);
  registers_[reg + 1U] = static_cast<std::uint8_t>(raw >> 4);
  registers_[reg + 2U] = static_cast<std::uint8_t>(raw << 4);
}

}  // namespace bmp280
