// From the BMP280's raw readings to °C and Pa. Pure functions after the datasheet BST-BMP280-DS001 (revision 1.19).
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace bmp280 {

inline constexpr std::size_t kCalibrationSize = 24;

/// The trimming values that each chip carries in 0x88 to 0x9F, low byte first (§3.11.2, table 17).
struct Calibration {
  std::uint16_t t1 = 0;
  std::int16_t t2 = 0, t3 = 0;
  std::uint16_t p1 = 0;
  std::int16_t p2 = 0, p3 = 0, p4 = 0, p5 = 0, p6 = 0, p7 = 0, p8 = 0, p9 = 0;
};

Calibration parse_calibration(std::span<const std::uint8_t, kCalibrationSize> bytes);

/// What one burst of 0xF7 to 0xFC says: pressure first, 20 bit each, left-aligned in three bytes (§4.3.6, §4.3.7).
struct RawReading {
  std::int32_t pressure = 0;
  std::int32_t temperature = 0;
};

RawReading parse_reading(std::span<const std::uint8_t, 6> bytes);

/// The raw value of a measurement that was skipped, which is also the one after a reset (§3.3.1, §3.3.2).
inline constexpr std::int32_t kSkipped = 0x80000;

/// Temperature on the fine scale that the pressure's formula wants: 1/5120 °C (§8.1, `t_fine`).
double fine_temperature(const Calibration& calibration, std::int32_t raw_temperature);
/// °C.
inline double celsius(double fine_temperature) { return fine_temperature / 5120.0; }
/// Pa (§8.1); nothing for a calibration that no chip can have, which would divide by zero.
std::optional<double> pascal(const Calibration& calibration, std::int32_t raw_pressure, double fine_temperature);

}  // namespace bmp280
