// In what the BMP280 and the BME280 differ, and what a component's settings are in their registers. Pure data and functions.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

#include "bmp280_registers.h"

namespace bmp280 {

using std::chrono::microseconds;

struct Model {
  const char* name;
  const char* type;  // of the descriptor
  std::uint8_t id;
  bool humidity;
  std::array<microseconds, 8> standby;  // by the bits t_sb
};

/// BST-BMP280-DS001 §3.6.3, table 11.
inline constexpr Model kBmp280 = {
    "BMP280",
    "bmp280",
    0x58,
    false,
    {microseconds(500), microseconds(62'500), microseconds(125'000), microseconds(250'000), microseconds(500'000),
     microseconds(1'000'000), microseconds(2'000'000), microseconds(4'000'000)}};

/// BST-BME280-DS002 §5.4.6, table 27.
inline constexpr Model kBme280 = {
    "BME280",
    "bme280",
    0x60,
    true,
    {microseconds(500), microseconds(62'500), microseconds(125'000), microseconds(250'000), microseconds(500'000),
     microseconds(1'000'000), microseconds(10'000), microseconds(20'000)}};

/// Samples in one reading of each quantity; 0: it is skipped.
struct Oversampling {
  int temperature = 1;
  int pressure = 1;
  int humidity = 0;
  friend bool operator==(const Oversampling&, const Oversampling&) = default;
};

struct Settings {
  Oversampling oversampling;
  int filter = 0;
  bool normal = false;  // measures by itself, again and again, instead of once when asked to
  microseconds standby{500'000};
  friend bool operator==(const Settings&, const Settings&) = default;
};

/// What the registers hold while the chip sleeps (forced) or measures by itself (normal).
struct ControlBytes {
  std::uint8_t humidity = 0;
  std::uint8_t measurement = 0;
  std::uint8_t config = 0;
};

constexpr ControlBytes control_bytes(const Model& model, const Settings& settings) {
  const auto entry = std::find(model.standby.begin(), model.standby.end(), settings.standby);
  const auto standby = settings.normal && entry != model.standby.end() ? entry - model.standby.begin() : 0;
  const int mode = settings.normal ? kModeNormal : kModeSleep;
  return {.humidity = oversampling_bits(settings.oversampling.humidity),
          .measurement = static_cast<std::uint8_t>(oversampling_bits(settings.oversampling.temperature) << 5 |
                                                   oversampling_bits(settings.oversampling.pressure) << 2 | mode),
          .config = static_cast<std::uint8_t>(standby << 5 | filter_bits(settings.filter) << 2)};
}

/// How long one measurement takes: BMP280 §3.8.1 table 13, BME280 §9.1; each part falls away when its quantity is skipped.
constexpr microseconds typical_time(const Oversampling& times) {
  return microseconds(1000 + 2000 * times.temperature + (times.pressure > 0 ? 2000 * times.pressure + 500 : 0) +
                      (times.humidity > 0 ? 2000 * times.humidity + 500 : 0));
}
constexpr microseconds longest_time(const Oversampling& times) {
  return microseconds(1250 + 2300 * times.temperature + (times.pressure > 0 ? 2300 * times.pressure + 575 : 0) +
                      (times.humidity > 0 ? 2300 * times.humidity + 575 : 0));
}

}  // namespace bmp280
