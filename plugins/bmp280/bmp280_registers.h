// Register map of the BMP280 (BST-BMP280-DS001 §4.2, table 18), shared by the driver and the simulated chip.
#pragma once

#include <cstdint>

namespace bmp280 {

inline constexpr std::uint8_t kCalibrationRegister = 0x88;
inline constexpr std::uint8_t kIdRegister = 0xD0;
inline constexpr std::uint8_t kResetRegister = 0xE0;
inline constexpr std::uint8_t kStatusRegister = 0xF3;
inline constexpr std::uint8_t kControlRegister = 0xF4;  // ctrl_meas
inline constexpr std::uint8_t kConfigRegister = 0xF5;
inline constexpr std::uint8_t kDataRegister = 0xF7;  // to 0xFC: pressure, temperature

inline constexpr std::uint8_t kChipId = 0x58;           // §4.3.1
inline constexpr std::uint8_t kResetWord = 0xB6;        // §4.3.2
inline constexpr std::uint8_t kStatusMeasuring = 0x08;  // §4.3.3
inline constexpr std::uint8_t kStatusCopying = 0x01;    // im_update: calibration is on its way from the chip's memory
inline constexpr std::uint8_t kModeMask = 0x03;         // §3.6, table 10
inline constexpr std::uint8_t kModeSleep = 0x00;
inline constexpr std::uint8_t kModeForced = 0x01;
inline constexpr std::uint8_t kModeNormal = 0x03;

/// Bits of an oversampling of 1, 2, 4, 8 or 16 times (§3.3.1, table 4); 0 skips.
constexpr std::uint8_t oversampling_bits(int times) {
  std::uint8_t bits = 0;
  for (; times > 0; times /= 2) ++bits;
  return bits;
}

/// Bits of a filter coefficient of 0 (off), 2, 4, 8 or 16 (§3.3.3, table 6).
constexpr std::uint8_t filter_bits(int coefficient) {
  return coefficient == 0 ? std::uint8_t{0} : static_cast<std::uint8_t>(oversampling_bits(coefficient) - 1);
}

static_assert(oversampling_bits(1) == 1 && oversampling_bits(16) == 5 && filter_bits(2) == 1 && filter_bits(16) == 4);

}  // namespace bmp280
