// Durations and sizes as people write them in a descriptor: `250ms 10s 5m 1h 2d`, `512B 64KiB 1MiB`. Whole numbers with one unit,
// nothing else. Pure functions. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace m2ag::host {

/// Units us, ms, s, m, h, d; not negative, at most what 63 bits of microseconds hold (106,751,991 days).
/// Throws ConfigError that says what was found and what was expected.
std::chrono::microseconds parse_duration(std::string_view text);

/// The shortest text with one unit that says exactly this: 90 s is "90s", 120 s is "2m", nothing is "0s". Negative ones get a minus sign.
std::string format_duration(std::chrono::microseconds duration);

/// In bytes. Units B, KiB, MiB, GiB, TiB (steps of 1024); not negative, fits 63 bits. Throws ConfigError that says what was found and
/// what was expected.
std::int64_t parse_size(std::string_view text);

/// The shortest text with one unit that says exactly this many bytes: "64KiB", "0B".
std::string format_size(std::int64_t bytes);

}  // namespace m2ag::host
