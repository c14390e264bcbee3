// How many digits behind the point a number is worth after what was done to it. Pure functions, any thread.
#pragma once

#include <m2ag/parameter.h>

#include <optional>

namespace m2ag::host {

/// All that a double has.
inline constexpr int kMostDigits = 15;

/// How many more a number needs so that it says no less once it is multiplied: three for 0.001, -3 for 1000, none for 2.
int digits_for(double factor);

/// After one step of `filters`, without a problem: `round` decides, a scale below one adds, an offset brings its own. Nothing: all there are.
std::optional<int> digits_after(const Value& step, std::optional<int> digits);

}  // namespace m2ag::host
