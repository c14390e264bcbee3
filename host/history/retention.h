// What is deleted when it is old or too much: samples first, then the rollups from fine to coarse, always the oldest. One thread, within
// transactions of the caller; throws SQLite::Exception.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "history/chunk_table.h"
#include "history/series_table.h"

namespace m2ag::host::history {

using Days = std::chrono::days;

/// The first rule whose filter matches the name of a series is its rule; a series without one is kept for ever. 0: no bound.
struct RetentionRule {
  std::string filter = "#";     ///< as of MQTT topics: `greenhouse/+/temperature`
  Days raw{0};                  ///< samples
  Days minutes{0};              ///< rollups of 1 and 5 min; kept at least two days longer than the samples
  Days hours{0};                ///< rollups of 1 h and 1 d; kept at least as long as those of minutes
  std::uint64_t megabytes = 0;  ///< in the file (of 10⁶ bytes), about, of all series of this rule together
};

struct RetentionSettings {
  std::vector<RetentionRule> series;
  Days messages{0}, happenings{0};
  std::uint64_t message_megabytes = 0;
  std::int64_t happening_rows = 0;
};

/// Deletes chunks; what is partly too old is kept. At most `most` chunks; how many it were.
std::int64_t erase_old_chunks(SQLite::Database& database, SeriesTable& series, ChunkTable& chunks,
                              const std::vector<RetentionRule>& rules, Time now, std::size_t most);

/// What a blob takes of the file, about: pages in the tree are three quarters full.
std::uint64_t bytes_in_file(std::uint64_t blob);

}  // namespace m2ag::host::history
