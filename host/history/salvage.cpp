#include "history/salvage.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <fstream>
#include <limits>
#include <optional>
#include <set>

#include "history/checksum.h"
#include "history/error.h"

namespace m2ag::host::history {
namespace {

constexpr int kTries = 1'000;  // reads in one table around its holes; of a series, much fewer are needed
constexpr std::int64_t kMostId = std::int64_t{1} << 40U;
constexpr KeyRange kAll{std::numeric_limits<std::int64_t>::min() / 4, std::numeric_limits<std::int64_t>::max() / 4};

/// One table of the damaged file, copied by an integer key in its first column.
class TableCopy {
 public:
  TableCopy(SQLite::Database& from, SQLite::Database& to, std::string select, const std::string& insert)
      : from_(from), select_(std::move(select)), insert_(to, insert) {}

  /// `accept` looks at a row before it is copied.
  std::int64_t run(KeyRange range, const std::function<bool(SQLite::Statement&)>& accept, int tries = kTries) {
    read_around_holes(
        range, [&](KeyRange part, bool ascending) { return read(part, ascending, accept); }, tries);
    return count_;
  }

 private:
  ReadEnd read(KeyRange range, bool ascending, const std::function<bool(SQLite::Statement&)>& accept) {
    ReadEnd end;
    try {
      SQLite::Statement rows(from_, fmt::format(fmt::runtime(select_), ascending ? "ASC" : "DESC"));
      rows.bind(1, range.first);
      rows.bind(2, range.last);
      while (rows.executeStep()) {
        end.last_key = rows.getColumn(0).getInt64();
        end.has_rows = true;
        if (accept(rows)) copy(rows);
      }
    } catch (const SQLite::Exception&) {
      end.is_complete = false;
    }
    return end;
  }

  /// Values as they are, whatever their type; a row that was copied before is left as it is.
  void copy(SQLite::Statement& rows) {
    for (int n = 0; n < rows.getColumnCount(); ++n) {
      const SQLite::Column value = rows.getColumn(n);
      if (value.isInteger()) {
        insert_.bind(n + 1, value.getInt64());
      } else if (value.isFloat()) {
        insert_.bind(n + 1, value.getDouble());
      } else if (value.isText()) {
        insert_.bind(n + 1, value.getString());
      } else {
        insert_.bind(n + 1, value.getBlob(), value.getBytes());
      }
    }
    count_ += insert_.exec();
    insert_.reset();
  }

  SQLite::Database& from_;
  const std::string select_;
  SQLite::Statement insert_;
  std::int64_t count_ = 0;
};

bool is_intact(SQLite::Statement& rows, int column, std::int64_t& damaged) {
  const SQLite::Column data = rows.getColumn(column);
  try {
    unseal({static_cast<const char*>(data.getBlob()), static_cast<std::size_t>(data.getBytes())});
    return true;
  } catch (const DamagedData&) {
    ++damaged;
    return false;
  }
}

bool no_blob(SQLite::Statement&) { return true; }

/// Nothing when it cannot be opened, or has lost its schema.
std::unique_ptr<SQLite::Database> open_damaged(const std::filesystem::path& path) {
  try {
    auto database = std::make_unique<SQLite::Database>(path.string(), SQLite::OPEN_READWRITE);
    sqlite3_db_config(database->getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    database->exec("PRAGMA cell_size_check=ON");
    const SQLite::Statement prepared(*database, "SELECT id FROM series");  // is the table known?
    return database;
  } catch (const SQLite::Exception&) {
    return nullptr;
  }
}

/// A copy whose first page, with header and schema, is that of a new history: the tables begin at the same pages in each. Nothing when there
/// is no room for it. https://www.sqlite.org/fileformat2.html §1.3
std::optional<std::filesystem::path> with_new_first_page(const std::filesystem::path& damaged, DatabaseFile& target) {
  constexpr std::size_t kPage = 4096, kPageCount = 28, kFreeList = 32, kFreePages = 36;
  target.database().exec("PRAGMA wal_checkpoint(TRUNCATE)");
  std::string page(kPage, '\0');
  std::ifstream(target.path(), std::ios::binary).read(page.data(), kPage);
  std::error_code failed;
  const std::filesystem::path copy = damaged.string() + ".repair";
  std::filesystem::copy_file(damaged, copy, std::filesystem::copy_options::overwrite_existing, failed);
  std::error_code no_log;
  std::filesystem::copy_file(damaged.string() + "-wal", copy.string() + "-wal",
                             std::filesystem::copy_options::overwrite_existing, no_log);
  const auto pages = static_cast<std::uint32_t>(std::filesystem::file_size(copy, failed) / kPage);
  for (std::size_t n = 0; n < 4; ++n) {
    page[kPageCount + n] = static_cast<char>(pages >> (24 - 8 * n));
    page[kFreeList + n] = page[kFreePages + n] = 0;
  }
  std::fstream file(copy, std::ios::in | std::ios::out | std::ios::binary);
  if (failed || !file.write(page.data(), kPage)) return {};
  return copy;
}

/// The copy is gone with it.
class Source {
 public:
  Source(const std::filesystem::path& damaged, DatabaseFile& target)
      : damaged_(damaged), database_(open_damaged(damaged)) {
    if (database_) return;
    copy_ = with_new_first_page(damaged, target);
    if (copy_) database_ = open_damaged(*copy_);
  }
  ~Source() {
    database_.reset();
    std::error_code none;
    std::filesystem::remove(damaged_.string() + "-shm", none);  // made by reading it
    for (const char* end : {"", "-wal", "-shm"}) {
      if (copy_) std::filesystem::remove(copy_->string() + end, none);
    }
  }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  SQLite::Database* database() { return database_.get(); }

 private:
  const std::filesystem::path damaged_;
  std::optional<std::filesystem::path> copy_;
  std::unique_ptr<SQLite::Database> database_;
};

}  // namespace

void read_around_holes(KeyRange range, const ReadKeys& read, int tries) {
  std::vector<KeyRange> open{range};
  while (!open.empty() && tries > 0) {
    const KeyRange part = open.back();
    open.pop_back();
    if (part.first > part.last) continue;
    --tries;
    const ReadEnd up = read(part, true);
    if (up.is_complete) continue;
    const std::int64_t first = up.has_rows ? up.last_key + 1 : part.first;
    --tries;
    const ReadEnd down = read({first, part.last}, false);
    if (down.is_complete) continue;
    const std::int64_t last = down.has_rows ? down.last_key - 1 : part.last;
    if (last <= first) continue;
    if (!up.has_rows && !down.has_rows && first > 0 && last / 4 > first) {
      // Both ends are damaged, and where the rows are is not known: numbers begin small, so not in halves.
      for (std::int64_t low = first, high = 0; low <= last; low = high + 1) {
        high = low > last / 2 ? last : 2 * low - 1;
        open.insert(open.begin(), {low, high});
      }
      continue;
    }
    // What lies in the hole between two damaged pages: look in its halves.
    const std::int64_t middle = first + (last - first) / 2;
    open.insert(open.begin(), {KeyRange{first, middle}, KeyRange{middle + 1, last}});
  }
}

Salvaged salvage(const std::filesystem::path& damaged, DatabaseFile& target, const std::vector<Series>& known) {
  Salvaged result;
  Source opened(damaged, target);
  SQLite::Database* const source = opened.database();
  SQLite::Database& to = target.database();
  SQLite::Transaction transaction(to);
  std::set<SeriesId> ids;
  const auto table = [&](const char* select, const char* insert, KeyRange range, std::int64_t& count,
                         const std::function<bool(SQLite::Statement&)>& accept, int tries = kTries) {
    if (source) count += TableCopy(*source, to, select, insert).run(range, accept, tries);
  };
  table("SELECT id, name, kind, unit, counter, raw_floor FROM series WHERE id BETWEEN ? AND ? ORDER BY id {}",
        "INSERT OR IGNORE INTO series(id, name, kind, unit, counter, raw_floor) VALUES(?, ?, ?, ?, ?, ?)", {1, kMostId},
        result.series, no_blob);
  for (const Series& series : known) {
    SQLite::Statement add(
        to, "INSERT OR IGNORE INTO series(id, name, kind, unit, counter, raw_floor) VALUES(?, ?, ?, ?, ?, ?)");
    add.bind(1, series.id);
    add.bind(2, series.name);
    add.bind(3, static_cast<int>(series.kind));
    add.bind(4, series.unit);
    add.bind(5, series.counter ? 1 : 0);
    add.bind(6, series.raw_floor);
    result.series += add.exec();
  }
  SQLite::Statement rows(to, "SELECT id FROM series");
  while (rows.executeStep()) ids.insert(rows.getColumn(0).getInt64());
  rows.reset();
  // Each series and level for itself: the hole of one does not hide the others.
  for (const SeriesId id : ids) {
    for (int level = 0; level <= 4; ++level) {
      const auto select = fmt::format(
          "SELECT first_time, last_time, count, data FROM chunks WHERE series = {} AND level = {} AND first_time BETWEEN ? "
          "AND ? ORDER BY first_time {{}}",
          id, level);
      const auto insert = fmt::format(
          "INSERT OR IGNORE INTO chunks(series, level, first_time, last_time, count, data) VALUES({}, {}, ?, ?, ?, ?)",
          id, level);
      table(
          select.c_str(), insert.c_str(), kAll, result.chunks,
          [&](SQLite::Statement& row) { return is_intact(row, 3, result.damaged); }, 100);
    }
  }
  table("SELECT id, first_time, last_time, count, data FROM journal WHERE id BETWEEN ? AND ? ORDER BY id {}",
        "INSERT OR IGNORE INTO journal(id, first_time, last_time, count, data) VALUES(?, ?, ?, ?, ?)", {1, kMostId},
        result.batches, [&](SQLite::Statement& row) { return is_intact(row, 4, result.damaged); });
  table("SELECT id, time, topic, flags, payload FROM messages WHERE id BETWEEN ? AND ? ORDER BY id {}",
        "INSERT OR IGNORE INTO messages(id, time, topic, flags, payload) VALUES(?, ?, ?, ?, ?)", {1, kMostId},
        result.messages, no_blob);
  table("SELECT id, time, device, source, type, detail FROM happenings WHERE id BETWEEN ? AND ? ORDER BY id {}",
        "INSERT OR IGNORE INTO happenings(id, time, device, source, type, detail) VALUES(?, ?, ?, ?, ?, ?)",
        {1, kMostId}, result.happenings, no_blob);
  transaction.commit();
  return result;
}

}  // namespace m2ag::host::history
