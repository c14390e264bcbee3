// Whether the output of a thermostat is to be on: two points with a dead band between them, and the times for which it stays as it is.
// Pure arithmetic: it knows no component and no clock.
#pragma once

#include <chrono>
#include <optional>

namespace thermostat {

enum class Mode { heat, cool };

class Regulator {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::microseconds;

  /// `hysteresis` is the width of the band around the target in which the output stays as it is.
  Regulator(Mode mode, double hysteresis, Duration min_on, Duration min_off)
      : mode_(mode), half_band_(hysteresis / 2), min_on_(min_on), min_off_(min_off) {}

  /// The output for a temperature, given what it was told last.
  bool decide(double temperature, double target, bool on) const {
    const double too_much = mode_ == Mode::heat ? temperature - target : target - temperature;
    if (too_much >= half_band_ && too_much > 0) return false;
    if (too_much <= -half_band_ && too_much < 0) return true;
    return on;
  }

  /// How long an output that is `on` since `changed` must still stay as it is.
  Duration must_stay(bool on, Time changed, Time now) const {
    const auto left = std::chrono::ceil<Duration>(changed + (on ? min_on_ : min_off_) - now);
    return left > Duration(0) ? left : Duration(0);
  }

 private:
  Mode mode_;
  double half_band_;
  Duration min_on_, min_off_;
};

}  // namespace thermostat
