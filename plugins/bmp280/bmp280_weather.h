// What follows from pressure, temperature and humidity: pressure at sea level, altitude, dew point. Pure functions.
#pragma once

#include <optional>

namespace bmp280 {

/// Pressure at sea level below a place, in the unit of `pressure`, by the standard atmosphere (ISO 2533:1975: 15 °C at sea level, 6.5 °C
/// less each km; Bosch gives the same formula in BST-BMP180-DS000 §3.7 with rounded numbers). `altitude` in m, below 11,000.
double sea_level_pressure(double pressure, double altitude);

/// The other way (BST-BMP180-DS000 §3.6): m above the level at which the pressure is `sea_level_pressure`; both in one unit, above 0.
double altitude(double pressure, double sea_level_pressure);

/// °C, by the Magnus formula over water with the numbers of WMO-No. 8 (Guide to Instruments and Methods of Observation, volume I,
/// annex 4.B). Nothing outside of the −45 to 60 °C that they hold for, as in air that is all but dry.
std::optional<double> dew_point(double celsius, double relative_humidity);

}  // namespace bmp280
