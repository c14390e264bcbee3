// The rows of `chunks`: per series and level blobs of records sorted by time, which do not overlap. Knows nothing of what is in them.
// One thread, one connection; throws SQLite::Exception.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <optional>
#include <string>
#include <string_view>

#include "history/calendar.h"
#include "history/sample.h"

namespace m2ag::host::history {

struct Chunk {
  Time first_time = 0, last_time = 0;  ///< of its records, both included
  std::int64_t count = 0;
  std::string data;
};

class ChunkTable {
 public:
  explicit ChunkTable(SQLite::Database& database);

  /// The last one that begins at `time` or before it: `time` is in it or behind it.
  std::optional<Chunk> at_or_before(SeriesId series, Level level, Time time);
  /// The first one that begins after `time`.
  std::optional<Chunk> after(SeriesId series, Level level, Time time);
  /// When that one begins.
  std::optional<Time> start_after(SeriesId series, Level level, Time time);
  /// When the last record is; nothing when there is none.
  std::optional<Time> end_of(SeriesId series, Level level);

  /// `data` replaces what begins at the same time.
  void put(SeriesId series, Level level, const Chunk& chunk);
  void erase(SeriesId series, Level level, Time first_time);

  /// Said by who decodes: a blob could not be read, and was taken for an empty one.
  void met_damage() { has_met_damage_ = true; }
  bool has_met_damage() const { return has_met_damage_; }

 private:
  std::optional<Chunk> row(SQLite::Statement& statement, SeriesId series, Level level, Time time);

  SQLite::Statement before_, after_, start_after_, end_, put_, erase_;
  bool has_met_damage_ = false;
};

}  // namespace m2ag::host::history
