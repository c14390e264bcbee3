// The dictionary of series: name, kind and unit by number. Keeps all of them in memory (thousands). One thread, one connection.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "history/sample.h"

namespace m2ag::host::history {

/// The name that was asked for: without the "#2" of a series that has the name of one of another kind.
std::string_view asked_name(std::string_view name);

class SeriesTable {
 public:
  /// Reads what is there. Throws SQLite::Exception, as all others here.
  explicit SeriesTable(SQLite::Database& database);

  const Series* find(SeriesId id) const;
  const Series* find(std::string_view name) const;
  /// By name.
  std::vector<Series> all() const;

  /// The series of that name, made when there is none; unit and counter become what is given. One whose kind is another keeps its samples
  /// under its name and `#2`, `#3`, … is added to the new one's. `series.id` is not looked at, except by `add`.
  Series find_or_add(const Series& series);
  void set_raw_floor(SeriesId id, Time floor);
  /// With all its samples and rollups.
  void erase(SeriesId id);

 private:
  SQLite::Database& database_;
  std::map<std::string, SeriesId, std::less<>> ids_;
  std::unordered_map<SeriesId, Series> series_;
};

/// What a row has that begins with these columns; nothing when it is damaged.
inline constexpr const char* kSeriesColumns = "id, name, kind, unit, counter, raw_floor";
std::optional<Series> series_of(SQLite::Statement& row);

}  // namespace m2ag::host::history
