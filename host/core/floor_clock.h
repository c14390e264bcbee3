// A clock whose date does not fall behind one that is known to be past: a box without a battery boots in 1970. While the date of the
// machine is behind, the date goes on from the floor with the monotonic clock; as soon as it is not, the machine's counts. Any thread.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>

#include "core/clock.h"

namespace m2ag::host {

class FloorClock final : public Clock {
 public:
  /// `machine` must outlive this.
  explicit FloorClock(const Clock& machine) : machine_(machine) {}

  time_point now() const override { return machine_.now(); }
  system_time_point system_now() const override { return std::max(machine_.system_now(), floor()); }

  /// The date of the machine, whatever it is.
  system_time_point machine_date() const { return machine_.system_now(); }
  /// By how much that is behind; zero: it counts.
  duration behind() const { return system_now() - machine_date(); }

  /// It is at least this late now.
  void raise(system_time_point date) {
    if (date > floor()) begin_ = (date.time_since_epoch() - now().time_since_epoch()).count();
  }
  /// The date of the machine is known to be right.
  void drop() { begin_ = kNone; }

 private:
  static constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::min();

  system_time_point floor() const {
    const std::int64_t begin = begin_;
    if (begin == kNone) return system_time_point::min();
    return system_time_point(std::chrono::nanoseconds(begin) + now().time_since_epoch());
  }

  const Clock& machine_;
  std::atomic<std::int64_t> begin_{kNone};  ///< the floor's date at the origin of the monotonic clock, in nanoseconds
};

}  // namespace m2ag::host
