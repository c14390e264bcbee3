#include "history/samples_table.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <vector>

#include "history/series_view.h"

// https://www.sqlite.org/vtab.html: an eponymous table, whose xCreate is none; SQLite's C structures come first in ours.
namespace m2ag::host::history {
namespace {

constexpr int kSeries = 0, kTime = 1, kValue = 2, kQuality = 3;
constexpr int kBySeries = 1, kFrom = 2, kTo = 4;  // which arguments xFilter gets, in this order

struct Table {
  sqlite3_vtab base{};
  SamplesTable* samples = nullptr;
};

struct Cursor {
  sqlite3_vtab_cursor base{};
  SamplesTable* samples = nullptr;
  std::vector<Series> series;  ///< still to be read, the next one last
  std::unique_ptr<SeriesView> view;
  std::string name;
  Kind kind = Kind::number;
  std::vector<Sample> some;
  std::size_t at = 0;
  Time from = kFirstTime, next = kFirstTime, to = kLastTime + 1;
  sqlite3_int64 row = 0;

  bool is_at_end() const { return at >= some.size(); }

  /// The next samples, of this series or of one after it.
  void fill() {
    some.clear();
    at = 0;
    while (some.empty()) {
      samples->guard.check();
      if (!view) {
        if (series.empty()) return;
        name = series.back().name;
        kind = series.back().kind;
        view = std::make_unique<SeriesView>(samples->calendar, samples->chunks, samples->journal, series.back(),
                                            samples->guard);
        series.pop_back();
        next = from;
      }
      view->raw().each(next, to, [&](std::span<const Sample> part) {
        some.assign(part.begin(), part.end());
        return false;
      });
      if (some.empty()) {
        view.reset();
      } else {
        next = some.back().time + 1;
      }
    }
  }
};

Cursor& of(sqlite3_vtab_cursor* cursor) { return *reinterpret_cast<Cursor*>(cursor); }

/// No exception may go through SQLite, which is C.
int caught(sqlite3_vtab* table, const std::function<void()>& work) {
  try {
    work();
    return SQLITE_OK;
  } catch (const SQLite::Exception& error) {
    table->zErrMsg = sqlite3_mprintf("%s", error.what());
    return error.getErrorCode();
  } catch (const std::exception& error) {
    table->zErrMsg = sqlite3_mprintf("%s", error.what());
    return SQLITE_ERROR;
  }
}

int connect(sqlite3* database, void* context, int, const char* const*, sqlite3_vtab** made, char**) {
  const int code =
      sqlite3_declare_vtab(database, "CREATE TABLE samples(series TEXT, time INTEGER, value, quality INTEGER)");
  if (code != SQLITE_OK) return code;
  auto table = std::make_unique<Table>();
  table->samples = static_cast<SamplesTable*>(context);
  *made = &table.release()->base;
  return SQLITE_OK;
}

int disconnect(sqlite3_vtab* table) {
  const std::unique_ptr<Table> owner(reinterpret_cast<Table*>(table));
  return SQLITE_OK;
}

int best_index(sqlite3_vtab*, sqlite3_index_info* plan) {
  int series = -1, from = -1, to = -1;
  for (int n = 0; n < plan->nConstraint; ++n) {
    const auto& constraint = plan->aConstraint[n];
    if (!constraint.usable) continue;
    const int op = constraint.op;
    const bool is_equal = op == SQLITE_INDEX_CONSTRAINT_EQ;
    if (constraint.iColumn == kSeries && is_equal) series = n;
    if (constraint.iColumn != kTime) continue;
    if (op == SQLITE_INDEX_CONSTRAINT_GE || op == SQLITE_INDEX_CONSTRAINT_GT || is_equal) from = n;
    if (op == SQLITE_INDEX_CONSTRAINT_LE || op == SQLITE_INDEX_CONSTRAINT_LT) to = n;
  }
  int arguments = 0;
  const auto use = [&](int constraint, int bit) {
    if (constraint < 0) return;
    plan->aConstraintUsage[constraint].argvIndex = ++arguments;
    plan->idxNum |= bit;
  };
  use(series, kBySeries);
  use(from, kFrom);
  use(to, kTo);
  plan->estimatedCost = (series >= 0 ? 1e3 : 1e6) * (from >= 0 ? 1 : 10) * (to >= 0 ? 1 : 10);
  plan->estimatedRows = static_cast<sqlite3_int64>(plan->estimatedCost);
  plan->orderByConsumed =
      series >= 0 && plan->nOrderBy == 1 && plan->aOrderBy[0].iColumn == kTime && !plan->aOrderBy[0].desc;
  return SQLITE_OK;
}

int open_cursor(sqlite3_vtab* table, sqlite3_vtab_cursor** made) {
  auto cursor = std::make_unique<Cursor>();
  cursor->samples = reinterpret_cast<Table*>(table)->samples;
  *made = &cursor.release()->base;
  return SQLITE_OK;
}

int close_cursor(sqlite3_vtab_cursor* cursor) {
  const std::unique_ptr<Cursor> owner(&of(cursor));
  return SQLITE_OK;
}

int filter(sqlite3_vtab_cursor* base, int plan, const char*, int, sqlite3_value** values) {
  Cursor& cursor = of(base);
  return caught(base->pVtab, [&] {
    const bool by_series = (plan & kBySeries) != 0;
    SQLite::Statement rows(cursor.samples->database, fmt::format("SELECT {} FROM series {} ORDER BY name DESC",
                                                                 kSeriesColumns, by_series ? "WHERE name = ?" : ""));
    if (by_series) {
      const auto* text = sqlite3_value_text(*values++);
      rows.bind(1, text ? reinterpret_cast<const char*>(text) : "");
    }
    cursor.series.clear();
    while (rows.executeStep()) {
      if (auto series = series_of(rows)) cursor.series.push_back(std::move(*series));
    }
    // A bound that is no integer is looked at by SQLite alone.
    const auto time = [&](int bit, Time otherwise) {
      if ((plan & bit) == 0) return otherwise;
      sqlite3_value* const value = *values++;
      return sqlite3_value_type(value) == SQLITE_INTEGER
                 ? std::clamp<Time>(sqlite3_value_int64(value), kFirstTime, kLastTime)
                 : otherwise;
    };
    cursor.from = time(kFrom, kFirstTime);
    cursor.to = time(kTo, kLastTime) + 1;
    cursor.view.reset();
    cursor.fill();
  });
}

int next(sqlite3_vtab_cursor* base) {
  Cursor& cursor = of(base);
  ++cursor.row;
  if (++cursor.at < cursor.some.size()) return SQLITE_OK;
  return caught(base->pVtab, [&] { cursor.fill(); });
}

int is_at_end(sqlite3_vtab_cursor* cursor) { return of(cursor).is_at_end() ? 1 : 0; }

int column(sqlite3_vtab_cursor* base, sqlite3_context* context, int number) {
  const Cursor& cursor = of(base);
  const Sample& sample = cursor.some[cursor.at];
  const auto text = [&](const std::string& value) {
    sqlite3_result_text64(context, value.data(), value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  };
  switch (number) {
    case kSeries: text(cursor.name); break;
    case kTime: sqlite3_result_int64(context, sample.time); break;
    case kQuality: sqlite3_result_int(context, static_cast<int>(sample.quality)); break;
    case kValue:
      if (cursor.kind == Kind::text)
        text(sample.text);
      else if (cursor.kind == Kind::boolean)
        sqlite3_result_int(context, sample.number != 0 ? 1 : 0);
      else
        sqlite3_result_double(context, sample.number);
      break;
    default: break;
  }
  return SQLITE_OK;
}

int row_id(sqlite3_vtab_cursor* cursor, sqlite3_int64* row) {
  *row = of(cursor).row;
  return SQLITE_OK;
}

constexpr sqlite3_module module_of_samples() {
  sqlite3_module made{};
  made.xConnect = connect;
  made.xDisconnect = disconnect;
  made.xBestIndex = best_index;
  made.xOpen = open_cursor;
  made.xClose = close_cursor;
  made.xFilter = filter;
  made.xNext = next;
  made.xEof = is_at_end;
  made.xColumn = column;
  made.xRowid = row_id;
  return made;
}

constexpr sqlite3_module kModule = module_of_samples();

}  // namespace

SamplesTable::SamplesTable(SQLite::Database& opened, const Calendar& days, ChunkTable& table, Journal& newest,
                           ReadGuard& watch)
    : database(opened), calendar(days), chunks(table), journal(newest), guard(watch) {
  sqlite3_create_module(database.getHandle(), "samples", &kModule, this);
}

}  // namespace m2ag::host::history
