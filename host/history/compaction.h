// Moves what is in the journal into chunks, and brings the rollups up to date. One thread, within one transaction of the caller: when that
// is not committed, nothing has happened. Throws SQLite::Exception.
#pragma once

#include "history/chunk_table.h"
#include "history/journal.h"

namespace m2ag::host::history {

struct CompactionCount {
  std::int64_t samples = 0;     ///< moved
  std::int64_t duplicates = 0;  ///< were there already
  std::int64_t damaged = 0;     ///< blobs that could not be read, and are gone now
  std::uint64_t bytes = 0;      ///< of blobs written

  CompactionCount& operator+=(const CompactionCount& other);
};

/// `keep_raw`: false leaves the samples out of the chunks; the rollups get them all the same.
CompactionCount compact(const Calendar& calendar, const SeriesTable& series, Journal& journal, ChunkTable& chunks,
                        bool keep_raw);

}  // namespace m2ag::host::history
