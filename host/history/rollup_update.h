// What fresh samples change in the rollups of a series: each period they are in, at every level, computed anew from what it is made of.
// One thread, within one transaction; changes nothing; throws SQLite::Exception.
#pragma once

#include <array>
#include <vector>

#include "history/bucket.h"
#include "history/raw_samples.h"

namespace m2ag::host::history {

class RollupChanges {
 public:
  std::vector<Bucket>& at(Level level) { return buckets_[static_cast<std::size_t>(level) - 1]; }
  const std::vector<Bucket>& at(Level level) const { return buckets_[static_cast<std::size_t>(level) - 1]; }

 private:
  std::array<std::vector<Bucket>, kRollups.size()> buckets_;  ///< sorted by start
};

/// Those of `level` whose start is in [from, to). What cannot be read is left out.
std::vector<Bucket> stored_buckets(ChunkTable& table, const Series& series, Level level, Time from, Time to);

/// Nothing for texts. Where the samples or finer periods that a stored period was made of are not there any more, it is added to.
RollupChanges update_rollups(const Calendar& calendar, ChunkTable& table, const Series& series, RawSamples& raw);

}  // namespace m2ag::host::history
