// The journal: the newest samples of all series, one row a batch. What is written here is durable with its transaction, in the order it
// came, and costs one row; later it is moved into chunks (compaction.h). One thread, one connection.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "history/series_table.h"

namespace m2ag::host::history {

/// Samples per series in the order of their times; of those with one time, in the order they came.
using SamplesBySeries = std::unordered_map<SeriesId, std::vector<Sample>>;

/// The blob of a row, with its checksum. `samples` must be sorted by series and then by time, and their series known.
std::string encode_journal(const SeriesTable& series, const std::vector<SeriesSample>& samples, Time first_time);

/// Calls back for each series of the unsealed blob that `wanted` agrees to; the others are only skipped. Throws DamagedData.
void decode_journal(std::string_view blob, Time first_time, const std::function<bool(SeriesId)>& wanted,
                    const std::function<void(SeriesId, Kind, std::vector<Sample>)>& take);

class Journal {
 public:
  explicit Journal(SQLite::Database& database);

  struct Size {
    std::int64_t rows = 0, samples = 0;
    std::uint64_t bytes = 0;
  };
  Size size();

  /// One row; `samples` is sorted here. Returns the bytes.
  std::size_t append(const SeriesTable& series, std::vector<SeriesSample>& samples);

  struct Content {
    SamplesBySeries samples;
    std::int64_t last_row = 0;
    std::int64_t damaged = 0;  ///< rows that could not be read
  };
  /// All of them. Samples whose kind is not that of their series are left out.
  Content all(const SeriesTable& series);
  /// Of one series, in [from, to).
  std::vector<Sample> of(const Series& series, Time from, Time to);
  void erase_up_to(std::int64_t row);
  /// of() has left out a row that could not be read.
  bool has_met_damage() const { return has_met_damage_; }

 private:
  SQLite::Statement insert_, size_, all_, between_, erase_;
  std::unordered_set<std::int64_t> checked_;  ///< rows whose checksum was right; they do not change
  bool has_met_damage_ = false;
};

}  // namespace m2ag::host::history
