#include "history/column.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <optional>

namespace m2ag::host::history {
namespace {

constexpr std::array<double, 10> kPowers{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
constexpr std::uint8_t kBytes = 15;                // in the place of the number of digits
constexpr double kMostExact = 9007199254740992.0;  // 2^53: integers up to here are exact
constexpr double kRounding = 1e-12;

void expect(const ByteReader& in, std::size_t count) {
  if (count > in.left()) throw DamagedData("there are fewer bytes than values");
}

/// The integer that divided by the power is the value; nothing when there is none.
std::optional<std::int64_t> scaled(double value, std::size_t digits, bool rounded) {
  const double product = value * kPowers[digits];
  const double whole = std::nearbyint(product);
  if (!(std::abs(whole) < kMostExact)) return {};
  const bool same =
      whole / kPowers[digits] == value || (rounded && std::abs(product - whole) <= kRounding * std::abs(product));
  return same ? std::optional(static_cast<std::int64_t>(whole)) : std::nullopt;
}

/// The fewest digits for all of them; nothing when there are none such.
std::optional<std::size_t> digits_of(std::span<const double> values, bool rounded) {
  std::size_t digits = 0;
  for (const double value : values) {
    while (!scaled(value, digits, rounded)) {
      if (++digits == kPowers.size()) return {};
    }
  }
  // What was an integer with fewer digits may be too large with more.
  const bool all =
      std::ranges::all_of(values, [&](double value) { return scaled(value, digits, rounded).has_value(); });
  return all ? std::optional(digits) : std::nullopt;
}

/// Control byte: 0 for the same number again, else 1 + 8 * (zero bytes at the top) + (zero bytes at the bottom).
void write_different_bytes(ByteWriter& out, std::uint64_t different) {
  if (different == 0) return out.byte(0);
  const auto top = static_cast<unsigned>(std::countl_zero(different)) / 8;
  const auto bottom = static_cast<unsigned>(std::countr_zero(different)) / 8;
  out.byte(static_cast<std::uint8_t>(1 + 8 * top + bottom));
  for (unsigned n = bottom; n < 8 - top; ++n) out.byte(static_cast<std::uint8_t>(different >> (8 * n)));
}

std::uint64_t read_different_bytes(ByteReader& in) {
  const unsigned control = in.byte();
  if (control == 0) return 0;
  const unsigned top = (control - 1) / 8, bottom = (control - 1) % 8;
  if (top + bottom > 7) throw DamagedData("a number has no bytes");
  std::uint64_t different = 0;
  for (unsigned n = bottom; n < 8 - top; ++n) different |= static_cast<std::uint64_t>(in.byte()) << (8 * n);
  return different;
}

}  // namespace

void write_integers(ByteWriter& out, std::span<const std::int64_t> values) {
  std::int64_t before = 0;
  for (const std::int64_t value : values) {
    out.signed_number(wrapping_sub(value, before));
    before = value;
  }
}

std::vector<std::int64_t> read_integers(ByteReader& in, std::size_t count) {
  expect(in, count);
  std::vector<std::int64_t> values(count);
  std::int64_t before = 0;
  for (std::int64_t& value : values) before = value = wrapping_add(before, in.signed_number());
  return values;
}

void write_times(ByteWriter& out, std::span<const std::int64_t> times, std::int64_t base) {
  std::int64_t before = base, step = 0;
  for (const std::int64_t& time : times) {
    const std::int64_t next = wrapping_sub(time, before);
    out.signed_number(wrapping_sub(next, step));
    // The distance from the base says nothing about the interval.
    step = &time == times.data() ? 0 : next;
    before = time;
  }
}

std::vector<std::int64_t> read_times(ByteReader& in, std::size_t count, std::int64_t base) {
  expect(in, count);
  std::vector<std::int64_t> times(count);
  std::int64_t before = base, step = 0;
  for (std::int64_t& time : times) {
    step = wrapping_add(step, in.signed_number());
    before = time = wrapping_add(before, step);
    if (&time == times.data()) step = 0;
  }
  return times;
}

void write_numbers(ByteWriter& out, std::span<const double> values, bool rounded) {
  if (const auto digits = digits_of(values, rounded)) {
    out.byte(static_cast<std::uint8_t>(*digits));
    std::vector<std::int64_t> integers(values.size());
    std::ranges::transform(values, integers.begin(), [&](double value) { return *scaled(value, *digits, rounded); });
    return write_integers(out, integers);
  }
  out.byte(kBytes);
  std::uint64_t before = 0;
  for (const double value : values) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    write_different_bytes(out, bits ^ before);
    before = bits;
  }
}

std::vector<double> read_numbers(ByteReader& in, std::size_t count) {
  const std::uint8_t form = in.byte();
  expect(in, count);
  std::vector<double> values(count);
  if (form == kBytes) {
    std::uint64_t before = 0;
    for (double& value : values) {
      value = std::bit_cast<double>(before ^= read_different_bytes(in));
      if (!std::isfinite(value)) throw DamagedData("a number is not finite");
    }
  } else if (form < kPowers.size()) {
    std::int64_t before = 0;
    for (double& value : values) {
      before = wrapping_add(before, in.signed_number());
      value = static_cast<double>(before) / kPowers[form];
    }
  } else {
    throw DamagedData("numbers of an unknown form");
  }
  return values;
}

}  // namespace m2ag::host::history
