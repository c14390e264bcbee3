// Decides which levels of a bouncing contact count: one that has been stable for a while. Knows times only as it is told them.
// Not thread-safe; the edge thread owns each one.
#pragma once

#include <chrono>
#include <optional>

namespace m2ag::host {

class Debouncer {
 public:
  struct Settled {
    bool active;
    std::chrono::nanoseconds since;  ///< when the level began, CLOCK_MONOTONIC
  };

  /// `level` is the one that has been reported, so that only another one is news.
  Debouncer(std::chrono::nanoseconds period, bool level) : period_(period), reported_(level) {}

  /// The line went to this level at this time; every edge starts the wait anew.
  void edge(bool active, std::chrono::nanoseconds time) { pending_ = Settled{active, time}; }
  /// The level that waits to be stable, and when it is.
  const std::optional<Settled>& pending() const { return pending_; }
  std::optional<std::chrono::nanoseconds> deadline() const {
    return pending_ ? std::optional(pending_->since + period_) : std::nullopt;
  }
  /// Ends the wait when `now` has reached the deadline. The new level, or nothing when it is the one reported last.
  std::optional<Settled> settle(std::chrono::nanoseconds now);

 private:
  const std::chrono::nanoseconds period_;
  bool reported_;
  std::optional<Settled> pending_;
};

}  // namespace m2ag::host
