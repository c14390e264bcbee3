// One period of a rollup: what its samples come to. It depends on the samples of the period alone, not on those before: a late sample
// changes only the periods it is in, and what lies between two periods is added where they are joined. Pure functions, any thread.
#pragma once

#include <span>

#include "history/calendar.h"
#include "history/sample.h"

namespace m2ag::host::history {

struct Bucket {
  Time start = 0;
  std::int64_t count = 0;  ///< samples whose quality is not bad
  double sum = 0, min = 0, max = 0, last = 0;
  // Of counters and booleans only:
  double first = 0;
  double increase = 0;   ///< counter: from the first sample to the last
  Time first_after = 0;  ///< boolean: ms from the start to the first sample
  Time on = 0;           ///< boolean: ms from the first sample to the end of the period, the last value taken to hold

  double mean() const { return count == 0 ? 0 : sum / static_cast<double>(count); }
  friend bool operator==(const Bucket&, const Bucket&) = default;
};

/// What a counter has grown by between two readings: one that is lower has begun again at 0.
inline double increase(double before, double after) { return after >= before ? after - before : after; }

/// Of the samples in [start, end), sorted by time. A count of 0 when there is none. Not for texts.
Bucket bucket_of(const Series& series, std::span<const Sample> samples, Time start, Time end);

/// Of finer periods, sorted, each `width` ms long, all in [start, end).
Bucket join(const Series& series, std::span<const Bucket> parts, Time width, Time start, Time end);

/// `more` is of samples of the same period that are not in `bucket` and came after them; exact but for counters and booleans whose samples
/// came out of order. For a period whose samples are not there any more.
Bucket fold(const Series& series, const Bucket& bucket, const Bucket& more, Time end);

}  // namespace m2ag::host::history
