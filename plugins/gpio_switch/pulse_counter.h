// Counts pulses of a meter, also those whose edges were lost, and says how many come a minute. Knows times only as it is told them, on one
// clock; no thread, nothing is kept on disk here.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace gpio_switch {

/// How many of the edges between two that were seen went up. Edges alternate: after `before` the first that was lost went the other way.
constexpr std::uint64_t rising_of_lost(std::uint32_t lost, bool before) { return (lost + (before ? 0U : 1U)) / 2; }

class PulseRate {
 public:
  using Time = std::chrono::nanoseconds;

  /// After `timeout` without a pulse the rate is zero.
  explicit PulseRate(std::chrono::microseconds timeout) : timeout_(timeout) {}

  /// `count` pulses, the last of them at `time`.
  void pulses(std::uint64_t count, Time time);
  /// Pulses a minute: the mean of those since the last call, from pulse to pulse, so that a slow meter has no steps. While none comes it is
  /// never more than one pulse now would make it.
  double per_minute(Time now);

 private:
  const Time timeout_;
  std::optional<Time> last_;   ///< of the newest pulse
  std::optional<Time> begin_;  ///< of the newest pulse at the last call that had any
  std::uint64_t count_ = 0;    ///< since `begin_`
  double rate_ = 0;
};

}  // namespace gpio_switch
