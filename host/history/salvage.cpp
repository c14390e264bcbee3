#include "history/salvage.h"

#include <fmt/format.h>

#include <map>
#include <optional>

#include "history/calendar.h"
#include "history/checksum.h"
#include "history/error.h"
#include "history/journal.h"
#include "history/page_rows.h"
#include "history/sample_codec.h"

namespace m2ag::host::history {
namespace {

const char* const kInsertSeries =
    "INSERT OR IGNORE INTO series(id, name, kind, unit, counter, raw_floor) VALUES(?, ?, ?, ?, ?, ?)";

/// A page that was given up may still have an earlier state of a chunk; chunks only grow until retention takes all of one.
const char* const kInsertChunk =
    "INSERT INTO chunks(series, level, first_time, last_time, count, data) VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT(series, level, first_time) "
    "DO UPDATE SET last_time = excluded.last_time, count = excluded.count, data = excluded.data WHERE excluded.count > count";

bool is_time(const PageValue& value) { return value.integer >= kFirstTime && value.integer <= kLastTime; }

/// Puts each row into the table that it is of, by its shape. What no row of ours can be is left out.
class Sorter {
 public:
  Sorter(SQLite::Database& to, Salvaged& result)
      : result_(result),
        series_(to, kInsertSeries),
        chunk_(to, kInsertChunk),
        batch_(to, "INSERT OR IGNORE INTO journal(id, first_time, last_time, count, data) VALUES(?, ?, ?, ?, ?)"),
        message_(to, "INSERT OR IGNORE INTO messages(id, time, topic, flags, payload) VALUES(?, ?, ?, ?, ?)"),
        happening_(
            to, "INSERT OR IGNORE INTO happenings(id, time, device, source, type, detail) VALUES(?, ?, ?, ?, ?, ?)") {}

  void take(const PageRow& row) {
    const std::string shape = row.shape();
    if (row.is_keyed) {
      if (shape == "iiiiib") return chunk(row);
      if (shape == "ti") names_.emplace(row.values[1].integer, row.values[0].bytes);
      return;
    }
    if (row.rowid <= 0) return;
    if (shape == "ntitii") series(row);
    if (shape == "niiib") batch(row);
    if (shape == "nitib" && is_time(row.values[1])) result_.messages += put(message_, row);
    if (shape == "nitttt" && is_time(row.values[1])) result_.happenings += put(happening_, row);
  }

  /// Series that have samples, but whose row is lost.
  void name_the_rest(SQLite::Database& to) {
    for (const auto& [id, kind] : kinds_) {
      SQLite::Statement there(to, "SELECT 1 FROM series WHERE id = ?");
      there.bind(1, id);
      if (there.executeStep()) continue;
      const auto name = names_.find(id);
      if (name == names_.end() || add({id, name->second, kind, "", false, kFirstTime}) == 0) {
        ++result_.unnamed;
        add({id, fmt::format("recovered/{}", id), kind, "", false, kFirstTime});
      }
    }
  }

  int add(const Series& series) {
    series_.bind(1, series.id);
    series_.bind(2, series.name);
    series_.bind(3, static_cast<int>(series.kind));
    series_.bind(4, series.unit);
    series_.bind(5, series.counter ? 1 : 0);
    series_.bind(6, series.raw_floor);
    const int added = series_.exec();
    series_.reset();
    result_.series += added;
    return added;
  }

 private:
  void series(const PageRow& row) {
    const auto& values = row.values;
    const std::int64_t kind = values[2].integer;
    if (kind < 0 || kind > static_cast<int>(Kind::text) || values[1].bytes.empty()) return;
    add({row.rowid, values[1].bytes, static_cast<Kind>(kind), values[3].bytes, values[4].integer != 0,
         values[5].integer});
  }

  void chunk(const PageRow& row) {
    const auto& values = row.values;
    if (values[0].integer <= 0 || values[1].integer < 0 || values[1].integer > static_cast<int>(Level::day)) return;
    if (!is_time(values[2]) || !is_time(values[3]) || values[2].integer > values[3].integer) return;
    try {
      const auto body = unseal(values[5].bytes);
      if (values[1].integer == static_cast<int>(Level::raw)) {
        kinds_[values[0].integer] = kind_of_samples(body);
      } else {
        kinds_.emplace(values[0].integer, Kind::number);  // unless samples say otherwise
      }
    } catch (const DamagedData&) {
      ++result_.damaged;
      return;
    }
    result_.chunks += put(chunk_, row);
  }

  void batch(const PageRow& row) {
    if (!is_time(row.values[1])) return;
    try {
      decode_journal(
          unseal(row.values[4].bytes), row.values[1].integer, [&](SeriesId id) { return !kinds_.contains(id); },
          [&](SeriesId id, Kind kind, const std::vector<Sample>&) { kinds_[id] = kind; });
    } catch (const DamagedData&) {
      ++result_.damaged;
      return;
    }
    result_.batches += put(batch_, row);
  }

  static int put(SQLite::Statement& insert, const PageRow& row) {
    for (std::size_t n = 0; n < row.values.size(); ++n) {
      const auto column = static_cast<int>(n) + 1;
      const PageValue& value = row.values[n];
      switch (value.type) {
        case 'n': insert.bind(column, row.rowid); break;
        case 'i': insert.bind(column, value.integer); break;
        case 't': insert.bindNoCopy(column, value.bytes); break;
        default: insert.bindNoCopy(column, value.bytes.data(), static_cast<int>(value.bytes.size()));
      }
    }
    const int count = insert.exec();
    insert.reset();
    return count;
  }

  Salvaged& result_;
  SQLite::Statement series_, chunk_, batch_, message_, happening_;
  std::map<SeriesId, std::string> names_;  ///< of the index over the names
  std::map<SeriesId, Kind> kinds_;         ///< of all that have samples
};

/// Of two chunks with a time in common one is an earlier state: the smaller one goes.
void remove_overlaps(SQLite::Database& to, Salvaged& result) {
  struct Key {
    std::int64_t series, level, first, last, count;
  };
  std::optional<Key> kept;
  std::vector<Key> lost;
  SQLite::Statement rows(
      to, "SELECT series, level, first_time, last_time, count FROM chunks ORDER BY series, level, first_time");
  while (rows.executeStep()) {
    const Key next{rows.getColumn(0).getInt64(), rows.getColumn(1).getInt64(), rows.getColumn(2).getInt64(),
                   rows.getColumn(3).getInt64(), rows.getColumn(4).getInt64()};
    const bool overlaps = kept && kept->series == next.series && kept->level == next.level && next.first < kept->last;
    if (overlaps) lost.push_back(next.count > kept->count ? *kept : next);
    if (!overlaps || next.count > kept->count) kept = next;
  }
  SQLite::Statement erase(to, "DELETE FROM chunks WHERE series = ? AND level = ? AND first_time = ?");
  for (const Key& key : lost) {
    erase.bind(1, key.series);
    erase.bind(2, key.level);
    erase.bind(3, key.first);
    result.chunks -= erase.exec();
    erase.reset();
  }
}

}  // namespace

Salvaged salvage(const std::filesystem::path& damaged, DatabaseFile& target, const std::vector<Series>& known) {
  Salvaged result;
  SQLite::Database& to = target.database();
  SQLite::Transaction transaction(to);
  Sorter sorter(to, result);
  for (const Series& series : known) sorter.add(series);
  PageFile pages(damaged);
  read_page_rows(pages, [&](const PageRow& row) { sorter.take(row); });
  sorter.name_the_rest(to);
  remove_overlaps(to, result);
  transaction.commit();
  return result;
}

}  // namespace m2ag::host::history
