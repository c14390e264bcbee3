// One series as a reader sees it within one transaction: chunks, and the journal as if it were compacted already. One thread; throws
// SQLite::Exception and ReadStopped.
#pragma once

#include <functional>
#include <optional>

#include "history/journal.h"
#include "history/raw_samples.h"
#include "history/read_guard.h"
#include "history/rollup_update.h"

namespace m2ag::host::history {

class SeriesView {
 public:
  SeriesView(const Calendar& calendar, ChunkTable& chunks, Journal& journal, const Series& series, ReadGuard& guard);

  RawSamples& raw() { return raw_; }
  /// Periods that begin in [from, to).
  std::vector<Bucket> buckets(Level level, Time from, Time to);
  /// As buckets(), a chunk at a time.
  void each_bucket(Level level, Time from, Time to, const std::function<void(std::span<const Bucket>)>& take);
  /// The last period before `time`.
  std::optional<Bucket> bucket_before(Level level, Time time);

 private:
  const Calendar& calendar_;
  ChunkTable& chunks_;
  const Series series_;
  ReadGuard& guard_;
  RawSamples raw_;
  std::optional<RollupChanges> changes_;  ///< made when the first rollup is asked for

  const std::vector<Bucket>& changes(Level level);
};

}  // namespace m2ag::host::history
