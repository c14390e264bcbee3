#include "history/series_table.h"

#include <fmt/format.h>

namespace m2ag::host::history {

std::string_view asked_name(std::string_view name) {
  const auto mark = name.rfind('#');
  const bool is_numbered = mark != std::string_view::npos && mark > 0 && mark + 1 < name.size() &&
                           name.find_first_not_of("0123456789", mark + 1) == std::string_view::npos;
  return is_numbered ? name.substr(0, mark) : name;
}

std::optional<Series> series_of(SQLite::Statement& row) {
  const int kind = row.getColumn(2).getInt();
  if (kind < 0 || kind > static_cast<int>(Kind::text)) return {};
  return Series{row.getColumn(0).getInt64(),  row.getColumn(1).getString(),   static_cast<Kind>(kind),
                row.getColumn(3).getString(), row.getColumn(4).getInt() != 0, row.getColumn(5).getInt64()};
}

SeriesTable::SeriesTable(SQLite::Database& database) : database_(database) {
  SQLite::Statement rows(database_, fmt::format("SELECT {} FROM series", kSeriesColumns));
  while (rows.executeStep()) {
    auto series = series_of(rows);
    if (!series) continue;
    ids_[series->name] = series->id;
    series_[series->id] = std::move(*series);
  }
}

const Series* SeriesTable::find(SeriesId id) const {
  const auto found = series_.find(id);
  return found == series_.end() ? nullptr : &found->second;
}

const Series* SeriesTable::find(std::string_view name) const {
  const auto found = ids_.find(name);
  return found == ids_.end() ? nullptr : find(found->second);
}

std::vector<Series> SeriesTable::all() const {
  std::vector<Series> all;
  for (const auto& [name, id] : ids_) all.push_back(series_.at(id));
  return all;
}

Series SeriesTable::find_or_add(const Series& wanted) {
  std::string name = wanted.name;
  for (int n = 2;; ++n) {
    const auto found = ids_.find(name);
    if (found == ids_.end()) break;
    Series& there = series_.at(found->second);
    if (there.kind == wanted.kind) {
      if (there.unit != wanted.unit || there.counter != wanted.counter) {
        SQLite::Statement change(database_, "UPDATE series SET unit = ?, counter = ? WHERE id = ?");
        change.bind(1, wanted.unit);
        change.bind(2, wanted.counter ? 1 : 0);
        change.bind(3, there.id);
        change.exec();
        there.unit = wanted.unit;
        there.counter = wanted.counter;
      }
      return there;
    }
    name = fmt::format("{}#{}", wanted.name, n);
  }
  SQLite::Statement add(database_, "INSERT INTO series(name, kind, unit, counter, raw_floor) VALUES(?, ?, ?, ?, ?)");
  add.bind(1, name);
  add.bind(2, static_cast<int>(wanted.kind));
  add.bind(3, wanted.unit);
  add.bind(4, wanted.counter ? 1 : 0);
  add.bind(5, wanted.raw_floor);
  add.exec();
  Series series = wanted;
  series.id = database_.getLastInsertRowid();
  series.name = name;
  ids_[name] = series.id;
  return series_[series.id] = series;
}

void SeriesTable::set_raw_floor(SeriesId id, Time floor) {
  SQLite::Statement change(database_, "UPDATE series SET raw_floor = ? WHERE id = ?");
  change.bind(1, floor);
  change.bind(2, id);
  change.exec();
  series_.at(id).raw_floor = floor;
}

void SeriesTable::erase(SeriesId id) {
  for (const char* table : {"DELETE FROM chunks WHERE series = ?", "DELETE FROM series WHERE id = ?"}) {
    SQLite::Statement remove(database_, table);
    remove.bind(1, id);
    remove.exec();
  }
  ids_.erase(series_.at(id).name);
  series_.erase(id);
}

}  // namespace m2ag::host::history
