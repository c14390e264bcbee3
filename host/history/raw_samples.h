// The samples of one series as they are: what is in its chunks and what is fresh, in the journal yet, seen as one. One thread, within one
// transaction; throws SQLite::Exception. A blob that cannot be read is left out and counted.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "history/chunk_table.h"

namespace m2ag::host::history {

class RawSamples {
 public:
  /// `fresh` is sorted by time. The table must outlive this.
  RawSamples(ChunkTable& table, Series series, std::vector<Sample> fresh);

  /// Those that are in no chunk, each once.
  std::span<const Sample> fresh() const { return fresh_; }
  /// Those in [from, to) that are in chunks.
  std::vector<Sample> stored(Time from, Time to);
  /// All in [from, to), sorted by time, some at a time, until `take` returns false.
  void each(Time from, Time to, const std::function<bool(std::span<const Sample>)>& take);
  /// The newest at or before `time`, if any.
  std::optional<Sample> newest(Time time);

 private:
  std::vector<Sample> decode(const Chunk& chunk);
  void drop_known();

  ChunkTable& table_;
  const Series series_;
  std::vector<Sample> fresh_;
};

/// The part of `samples`, which are sorted, in [from, to).
std::span<const Sample> part_of(std::span<const Sample> samples, Time from, Time to);

}  // namespace m2ag::host::history
