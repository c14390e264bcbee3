#include "bmp280_weather.h"

#include <cmath>

namespace bmp280 {

namespace {

// ISO 2533:1975: temperature at sea level, its fall with the height, gravity, gas constant of air.
constexpr double kKelvinAtSeaLevel = 288.15, kKelvinPerMetre = 0.0065, kGravity = 9.80665, kGasConstant = 287.05287;
constexpr double kHeight = kKelvinAtSeaLevel / kKelvinPerMetre;            // 44330.8 m: where that fall reaches 0 K
constexpr double kExponent = kGravity / (kGasConstant * kKelvinPerMetre);  // 5.25588

// WMO-No. 8, annex 4.B.
constexpr double kMagnusFactor = 17.62, kMagnusCelsius = 243.12;
constexpr double kMagnusLowest = -45, kMagnusHighest = 60;

}  // namespace

double sea_level_pressure(double pressure, double altitude) {
  return pressure / std::pow(1 - altitude / kHeight, kExponent);
}

double altitude(double pressure, double sea_level_pressure) {
  return kHeight * (1 - std::pow(pressure / sea_level_pressure, 1 / kExponent));
}

std::optional<double> dew_point(double celsius, double relative_humidity) {
  if (relative_humidity <= 0 || celsius < kMagnusLowest || celsius > kMagnusHighest) return std::nullopt;
  const double exponent = std::log(relative_humidity / 100) + kMagnusFactor * celsius / (kMagnusCelsius + celsius);
  const double dew = kMagnusCelsius * exponent / (kMagnusFactor - exponent);
  if (dew < kMagnusLowest) return std::nullopt;
  return dew;
}

}  // namespace bmp280
