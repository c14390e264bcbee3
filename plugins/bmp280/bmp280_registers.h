// Register map of the BMP280 (BST-BMP280-DS001 §4.2, table 18) and of the BME280 (BST-BME280-DS002 §5.3, table 18), which has the same
// one and humidity beside it. Shared by the driver and the simulated chip.
#pragma once

#include <cstdint>

namespace bmp280 {

inline constexpr std::uint8_t kCalibrationRegister = 0x88;
inline constexpr std::uint8_t kHumidityCalibration1Register = 0xA1;  // BME280: H1, one byte
inline constexpr std::uint8_t kIdRegister = 0xD0;
inline constexpr std::uint8_t kResetRegister = 0xE0;
inline constexpr std::uint8_t kHumidityCalibration2Register = 0xE1;  // BME280: H2 to H6, seven bytes
inline constexpr std::uint8_t kHumidityControlRegister =
    0xF2;  // BME280: ctrl_hum; counts once ctrl_meas is written after it
inline constexpr std::uint8_t kStatusRegister = 0xF3;
inline constexpr std::uint8_t kControlRegister = 0xF4;  // ctrl_meas
inline constexpr std::uint8_t kConfigRegister = 0xF5;
inline constexpr std::uint8_t kDataRegister = 0xF7;  // to 0xFC: pressure, temperature; BME280 to 0xFE: humidity

inline constexpr std::uint8_t kResetWord = 0xB6;        // §4.3.2
inline constexpr std::uint8_t kStatusMeasuring = 0x08;  // §4.3.3
inline constexpr std::uint8_t kStatusCopying = 0x01;    // im_update: calibration is on its way from the chip's memory
inline constexpr std::uint8_t kModeMask = 0x03;         // §3.6, table 10
inline constexpr std::uint8_t kModeSleep = 0x00;
inline constexpr std::uint8_t kModeForced = 0x01;
inline constexpr std::uint8_t kModeNormal = 0x03;
inline constexpr std::uint8_t kHumidityControlMask = 0x07;
inline constexpr std::uint8_t kConfigMask = 0xFD;  // bit 1 is nobody's (§4.3.5)

/// Bits of an oversampling of 1, 2, 4, 8 or 16 times (§3.3.1, table 4); 0 skips.
constexpr std::uint8_t oversampling_bits(int times) {
  std::uint8_t bits = 0;
  for (; times > 0; times /= 2) ++bits;
  return bits;
}

/// The other way; the three highest of the eight values of the bits all mean 16.
constexpr int oversampling_of(unsigned bits) { return bits == 0 ? 0 : bits >= 5 ? 16 : 1 << (bits - 1); }

/// Bits of a filter coefficient of 0 (off), 2, 4, 8 or 16 (§3.3.3, table 6).
constexpr std::uint8_t filter_bits(int coefficient) {
  return coefficient == 0 ? std::uint8_t{0} : static_cast<std::uint8_t>(oversampling_bits(coefficient) - 1);
}

static_assert(oversampling_bits(1) == 1 && oversampling_bits(16) == 5 && filter_bits(2) == 1 && filter_bits(16) == 4);
static_assert(oversampling_of(0) == 0 && oversampling_of(3) == 4 && oversampling_of(7) == 16);

}  // namespace bmp280
