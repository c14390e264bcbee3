#include "bmp280_compensation.h"

#include <algorithm>

namespace bmp280 {

Calibration parse_calibration(std::span<const std::uint8_t, kCalibrationSize> bytes) {
  const auto word = [&](std::size_t at) { return static_cast<std::uint16_t>(bytes[at] | bytes[at + 1] << 8); };
  const auto signed_word = [&](std::size_t at) { return static_cast<std::int16_t>(word(at)); };
  Calibration c;
  c.t1 = word(0);
  c.t2 = signed_word(2);
  c.t3 = signed_word(4);
  c.p1 = word(6);
  c.p2 = signed_word(8);
  c.p3 = signed_word(10);
  c.p4 = signed_word(12);
  c.p5 = signed_word(14);
  c.p6 = signed_word(16);
  c.p7 = signed_word(18);
  c.p8 = signed_word(20);
  c.p9 = signed_word(22);
  return c;
}

HumidityCalibration parse_humidity_calibration(std::uint8_t h1,
                                               std::span<const std::uint8_t, kHumidityCalibrationSize> bytes) {
  const auto high_part = [&](std::size_t at) {
    return static_cast<std::int8_t>(bytes[at]) * 16;
  };  // bits 11 to 4, signed
  HumidityCalibration c;
  c.h1 = h1;
  c.h2 = static_cast<std::int16_t>(bytes[0] | bytes[1] << 8);
  c.h3 = bytes[2];
  c.h4 = static_cast<std::int16_t>(high_part(3) + (bytes[4] & 0x0F));
  c.h5 = static_cast<std::int16_t>(high_part(5) + (bytes[4] >> 4));
  c.h6 = static_cast<std::int8_t>(bytes[6]);
  return c;
}

std::string calibration_problem(std::span<const std::uint8_t> bytes) {
  const auto only = [&](std::uint8_t value) {
    return std::all_of(bytes.begin(), bytes.end(), [value](std::uint8_t each) { return each == value; });
  };
  if (only(0)) return "reads as zeros only";
  if (only(0xFF)) return "reads as 0xff only";
  if (bytes.size() != kCalibrationSize) return {};
  // T1 and T2 are the temperature's zero and slope, P1 is what the pressure is divided by. No chip has nothing or all bits there.
  const auto missing = [&](std::size_t at) {
    return (bytes[at] | bytes[at + 1]) == 0 || (bytes[at] & bytes[at + 1]) == 0xFF;
  };
  if (missing(0)) return "has no value T1";
  if (missing(2)) return "has no value T2";
  if (missing(6)) return "has no value P1";
  return {};
}

RawReading parse_reading(std::span<const std::uint8_t, 8> bytes) {
  const auto value = [&](std::size_t at) { return bytes[at] << 12 | bytes[at + 1] << 4 | bytes[at + 2] >> 4; };
  return {.pressure = value(0), .temperature = value(3), .humidity = bytes[6] << 8 | bytes[7]};
}

// A parabola through the temperature: T2 is the slope and T3 the curve around T1. The powers of two are the scales of §8.1.
double fine_temperature(const Calibration& c, std::int32_t raw_temperature) {
  const double linear = (raw_temperature / 16384.0 - c.t1 / 1024.0) * c.t2;
  const double distance = raw_temperature / 131072.0 - c.t1 / 8192.0;
  return linear + distance * distance * c.t3;
}

// Offset and sensitivity are parabolas of the temperature (P4 to P6, P1 to P3), then a parabola of the pressure itself (P7 to P9): §8.1.
std::optional<double> pascal(const Calibration& c, std::int32_t raw_pressure, double fine_temperature) {
  const double t = fine_temperature / 2.0 - 64000.0;
  const double offset = (t * t * c.p6 / 32768.0 + t * c.p5 * 2.0) / 4.0 + c.p4 * 65536.0;
  const double slope = (c.p3 * t * t / 524288.0 + c.p2 * t) / 524288.0;
  const double sensitivity = (1.0 + slope / 32768.0) * c.p1;
  if (sensitivity == 0.0) return std::nullopt;
  const double linear = (1048576.0 - raw_pressure - offset / 4096.0) * 6250.0 / sensitivity;
  const double curve = c.p9 * linear * linear / 2147483648.0 + linear * c.p8 / 32768.0;
  return linear + (curve + c.p7) / 16.0;
}

// A line through the raw value, whose zero and slope move with the temperature (H4 to H6, H2, H3), then a parabola (H1): BME280 §8.1.
double relative_humidity(const HumidityCalibration& c, std::int32_t raw_humidity, double fine_temperature) {
  const double t = fine_temperature - 76800.0;
  const double zero = c.h4 * 64.0 + c.h5 / 16384.0 * t;
  const double slope = c.h2 / 65536.0 * (1.0 + c.h6 / 67108864.0 * t * (1.0 + c.h3 / 67108864.0 * t));
  const double linear = (raw_humidity - zero) * slope;
  return linear * (1.0 - c.h1 * linear / 524288.0);
}

}  // namespace bmp280
