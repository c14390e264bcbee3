// Adds up how long a boolean series was on, by parts of the time, from its samples or from its rollups. Not thread-safe.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "history/bucket.h"
#include "history/reader.h"

namespace m2ag::host::history {

class OnTimeSum {
 public:
  /// Parts: the periods of `part` in [from, to); the first and the last are cut where these are.
  OnTimeSum(const Calendar& calendar, Level part, Time from, Time to);

  /// What it was before `from`, if that is known.
  void begin(std::optional<bool> state) { state_ = state; }
  /// In the order of time.
  void add(std::span<const Sample> samples);
  /// Periods that are each within one part.
  void add(const Bucket& bucket, Time end);
  std::vector<OnTime> take();

 private:
  OnTime& part_at(Time time);
  void advance(Time until);

  std::vector<OnTime> parts_;
  std::size_t part_ = 0;
  Time time_;
  const Time to_;
  std::optional<bool> state_;
};

}  // namespace m2ag::host::history
