#include "core/duration.h"

#include <fmt/format.h>

#include <m2ag/error.h>

#include <charconv>
#include <limits>
#include <span>

namespace m2ag::host {
namespace {

/// From the largest down, so that formatting finds the shortest.
struct Unit {
  std::string_view name;
  std::int64_t factor;
};

constexpr Unit kDurations[] = {{"d", 86'400'000'000}, {"h", 3'600'000'000}, {"m", 60'000'000},
                               {"s", 1'000'000},      {"ms", 1'000},        {"us", 1}};
constexpr Unit kSizes[] = {{"TiB", 1LL << 40}, {"GiB", 1LL << 30}, {"MiB", 1LL << 20}, {"KiB", 1LL << 10}, {"B", 1}};

std::int64_t parse(std::string_view text, std::span<const Unit> units, std::string_view expected) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()));
  if (error != std::errc::invalid_argument && !text.starts_with('-')) {
    for (const Unit& unit : units) {
      if (name != unit.name) continue;
      const std::int64_t most = std::numeric_limits<std::int64_t>::max() / unit.factor;
      if (error == std::errc{} && count <= most) return count * unit.factor;
      throw ConfigError(fmt::format("\"{}\" is too large: expected at most {}{}", text, most, unit.name));
    }
  }
  throw ConfigError(fmt::format("expected {}, found \"{}\"", expected, text));
}

std::string format(std::int64_t count, std::span<const Unit> units, std::string_view nothing) {
  if (count == 0) return std::string(nothing);
  for (const Unit& unit : units) {
    if (count % unit.factor == 0) return fmt::format("{}{}", count / unit.factor, unit.name);
  }
  return {};  // not reached: the last unit's factor is 1
}

}  // namespace

std::chrono::microseconds parse_duration(std::string_view text) {
  return std::chrono::microseconds(parse(
      text, kDurations, "a duration, a whole number with one of the units us, ms, s, m, h, d, such as 250ms or 10s"));
}

std::string format_duration(std::chrono::microseconds duration) { return format(duration.count(), kDurations, "0s"); }

std::int64_t parse_size(std::string_view text) {
  return parse(text, kSizes, "a size, a whole number with one of the units B, KiB, MiB, GiB, TiB, such as 64KiB");
}

std::string format_size(std::int64_t bytes) { return format(bytes, kSizes, "0B"); }

}  // namespace m2ag::host
