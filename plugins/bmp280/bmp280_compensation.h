// From the chips' raw readings to °C, Pa and % of relative humidity. Pure functions after the datasheets BST-BMP280-DS001 (revision
// 1.19), whose section numbers stand here alone, and BST-BME280-DS002 (revision 1.6).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace bmp280 {

inline constexpr std::size_t kCalibrationSize = 24;
inline constexpr std::size_t kHumidityCalibrationSize = 7;

/// The trimming values that each chip carries in 0x88 to 0x9F, low byte first (§3.11.2, table 17).
struct Calibration {
  std::uint16_t t1 = 0;
  std::int16_t t2 = 0, t3 = 0;
  std::uint16_t p1 = 0;
  std::int16_t p2 = 0, p3 = 0, p4 = 0, p5 = 0, p6 = 0, p7 = 0, p8 = 0, p9 = 0;
};

/// Those of a BME280's humidity, in 0xA1 and 0xE1 to 0xE7 (BME280 §4.2.2, table 16); H4 and H5 have 12 bits and share a byte.
struct HumidityCalibration {
  std::uint8_t h1 = 0, h3 = 0;
  std::int16_t h2 = 0, h4 = 0, h5 = 0;
  std::int8_t h6 = 0;
};

Calibration parse_calibration(std::span<const std::uint8_t, kCalibrationSize> bytes);
HumidityCalibration parse_humidity_calibration(std::uint8_t h1,
                                               std::span<const std::uint8_t, kHumidityCalibrationSize> bytes);

/// Why this is no calibration of any chip ("reads as zeros only"); empty when it may be one.
std::string calibration_problem(std::span<const std::uint8_t> bytes);

/// What one burst of 0xF7 to 0xFE says: pressure first, 20 bit each, left-aligned in three bytes, then humidity, 16 bit (§4.3.6,
/// §4.3.7, BME280 §5.4.9). A BMP280 has only the first six bytes.
struct RawReading {
  std::int32_t pressure = 0;
  std::int32_t temperature = 0;
  std::int32_t humidity = 0;
};

RawReading parse_reading(std::span<const std::uint8_t, 8> bytes);

/// The raw values of what was skipped, which are also those after a reset (§3.3.1, §3.3.2; BME280 §3.4.1).
inline constexpr std::int32_t kSkipped = 0x80000;
inline constexpr std::int32_t kHumiditySkipped = 0x8000;

/// Temperature on the fine scale that the other formulas want: 1/5120 °C (§8.1, `t_fine`).
double fine_temperature(const Calibration& calibration, std::int32_t raw_temperature);
/// °C.
inline double celsius(double fine_temperature) { return fine_temperature / 5120.0; }
/// Pa (§8.1); nothing for a calibration that no chip can have, which would divide by zero.
std::optional<double> pascal(const Calibration& calibration, std::int32_t raw_pressure, double fine_temperature);
/// % (BME280 §8.1), before it is cut off at 0 and 100.
double relative_humidity(const HumidityCalibration& calibration, std::int32_t raw_humidity, double fine_temperature);

}  // namespace bmp280
