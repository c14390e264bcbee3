#include "signal/digits.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace m2ag::host {
namespace {

constexpr double kSameMagnitude = 0.2;  // of a power of ten: mmHg are little larger than hPa, and need no other digit

/// The flattest of the lines between the points that is none on the level; 1 when there is none.
double flattest(const Value& points) {
  std::vector<std::pair<double, double>> sorted;
  for (const Value& point : points.as_list())
    sorted.emplace_back(point.find("read")->as_number(), point.find("true")->as_number());
  std::sort(sorted.begin(), sorted.end());
  std::optional<double> least;
  for (std::size_t n = 1; n < sorted.size(); ++n) {
    const double slope = std::abs((sorted[n].second - sorted[n - 1].second) / (sorted[n].first - sorted[n - 1].first));
    if (slope > 0 && (!least || slope < *least)) least = slope;
  }
  return least.value_or(1);
}

/// Of a number as people write it: 2 for 0.25.
int written_digits(double number) {
  int digits = 0;
  for (double scaled = std::abs(number); digits < kMostDigits; scaled *= 10, ++digits) {
    if (std::abs(scaled - std::round(scaled)) < 1e-9 * std::max(1.0, scaled)) break;
  }
  return digits;
}

}  // namespace

int digits_for(double factor) {
  if (factor == 0 || !std::isfinite(factor)) return 0;
  return static_cast<int>(std::ceil(-std::log10(std::abs(factor)) - kSameMagnitude));
}

std::optional<int> digits_after(const Value& step, std::optional<int> digits) {
  const auto& [name, value] = *step.as_map().begin();
  if (name == "round") return std::max(0, static_cast<int>(value.as_integer()));
  if (!digits) return std::nullopt;
  double factor = 1;
  if (name == "offset") return std::max(*digits, written_digits(value.as_number()));
  if (name == "multiply") factor = value.as_number();
  if (name == "calibrate") factor = flattest(value);
  if (name == "polynomial" && value.as_list().size() > 1) factor = value.as_list()[1].as_number();
  return std::clamp(*digits + std::max(0, digits_for(factor)), 0, kMostDigits);
}

}  // namespace m2ag::host
