// Where the host asks for the time, so that tests drive it. Deadlines, intervals and call times are monotonic; only what people read is
// wall-clock time. Any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace m2ag::host {

class Clock {
 public:
  using duration = std::chrono::steady_clock::duration;
  using time_point = std::chrono::steady_clock::time_point;
  using system_time_point = std::chrono::system_clock::time_point;

  virtual ~Clock() = default;
  /// Monotonic: never goes back, is not set by anybody.
  virtual time_point now() const = 0;
  /// The date; may jump when the network sets it.
  virtual system_time_point system_now() const = 0;
};

class SystemClock final : public Clock {
 public:
  time_point now() const override { return std::chrono::steady_clock::now(); }
  system_time_point system_now() const override { return std::chrono::system_clock::now(); }
};

/// Stands still until it is advanced; starts at 2020-01-01 00:00:00 UTC, one hour after the monotonic clock's origin.
class ManualClock final : public Clock {
 public:
  time_point now() const override { return time_point(std::chrono::hours(1)) + elapsed(); }
  system_time_point system_now() const override {
    return system_time_point(std::chrono::seconds(1'577'836'800)) +
           std::chrono::duration_cast<system_time_point::duration>(elapsed() +
                                                                   std::chrono::nanoseconds(jumped_.load()));
  }

  /// Both clocks go on by `step`, which is not negative.
  void advance(duration step) { elapsed_ += std::chrono::nanoseconds(step).count(); }
  /// Only the date jumps, as when the network sets it; either way.
  void jump_date(duration step) { jumped_ += std::chrono::nanoseconds(step).count(); }

 private:
  std::chrono::nanoseconds elapsed() const { return std::chrono::nanoseconds(elapsed_.load()); }

  std::atomic<std::int64_t> elapsed_{0};
  std::atomic<std::int64_t> jumped_{0};
};

}  // namespace m2ag::host
