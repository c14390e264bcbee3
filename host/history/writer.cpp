#include "history/writer.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "history/chunk_merge.h"
#include "history/error.h"
#include "history/happening_log.h"
#include "history/journal.h"
#include "history/message_log.h"
#include "history/rollup_update.h"

namespace m2ag::host::history {
namespace {

constexpr std::size_t kErasedAtOnce = 2'000;
constexpr int kKeptPages = 64, kVacuumPages = 1'000;
constexpr std::uint64_t kMegabyte = 1'000'000;
const std::string kNotes = "note.";  // before their names, so that they are not taken for the history's own

std::uint64_t free_bytes_of(const std::filesystem::path& file) {
  struct statvfs status {};
  const auto folder = std::filesystem::absolute(file).parent_path();
  if (::statvfs(folder.c_str(), &status) != 0) return std::numeric_limits<std::uint64_t>::max();
  return std::uint64_t{status.f_bavail} * status.f_frsize;
}

Time now_of(const Clock& clock) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock.system_now().time_since_epoch()).count();
}

}  // namespace

struct Writer::Parts {
  explicit Parts(std::unique_ptr<DatabaseFile> opened)
      : file(std::move(opened)),
        database(file->database()),
        series(database),
        journal(database),
        chunks(database),
        messages(database),
        happenings(database) {}

  std::unique_ptr<DatabaseFile> file;
  SQLite::Database& database;
  SeriesTable series;
  Journal journal;
  ChunkTable chunks;
  MessageLog messages;
  HappeningLog happenings;
  std::int64_t waiting = 0;
};

Writer::Writer(WriterSettings settings, const Clock& clock, WriterEvents events, FreeBytes free_bytes)
    : settings_(std::move(settings)),
      clock_(clock),
      events_(std::move(events)),
      free_bytes_(free_bytes ? std::move(free_bytes) : free_bytes_of),
      calendar_(TimeZone(settings_.zone)),
      lock_(settings_.file),
      journal_since_(clock.now()),
      retained_(clock.now()) {
  try {
    take(open_history(settings_.file, settings_.synchronous, clock_));
  } catch (const DamagedFile& error) {
    take(replace_damaged(settings_.file, settings_.synchronous, clock_, error.what(), {}));
  }
  look_at_disk();
}

Writer::~Writer() {
  try {
    if (parts_) close_history(*parts_->file);
  } catch (const std::exception&) {  // it is looked at the next time
  }
}

const OpenReport& Writer::report() const { return report_; }

void Writer::take(OpenedFile opened) {
  report_ = std::move(opened.report);
  guarded(settings_.file, "read", [&] {
    parts_ = std::make_unique<Parts>(std::move(opened.file));
    parts_->waiting = parts_->journal.size().samples;
    check_zone();
  });
  if (!report_.damage) return;
  ++stats_.damaged_files;
  if (events_.damaged) events_.damaged(*report_.damage);
}

/// Days of another zone are made anew from what they consist of; those of which that is gone stay as they are.
void Writer::rebuild_days(const Series& series) {
  const Level finer = calendar_.parts_of(Level::day);
  const auto parts = stored_buckets(parts_->chunks, series, finer, kFirstTime, kLastTime);
  if (parts.empty()) return;
  std::vector<Bucket> days;
  for (auto first = parts.begin(); first != parts.end();) {
    const Time start = calendar_.start(Level::day, first->start), end = calendar_.end(Level::day, start);
    const auto last = std::find_if(first, parts.end(), [&](const Bucket& b) { return b.start >= end; });
    days.push_back(join(series, {first, last}, width_of(finer), start, end));
    first = last;
  }
  const Time since = days.front().start;
  auto kept = stored_buckets(parts_->chunks, series, Level::day, kFirstTime - width_of(Level::day), kLastTime);
  std::erase_if(kept, [&](const Bucket& day) { return day.start + width_of(Level::day) > since; });
  kept.insert(kept.end(), days.begin(), days.end());
  SQLite::Statement remove(parts_->database, "DELETE FROM chunks WHERE level = 4 AND series = ?");
  remove.bind(1, series.id);
  remove.exec();
  merge_into_chunks<Bucket>(parts_->chunks, series, Level::day, kept);
}

void Writer::check_zone() {
  const std::string zone = parts_->file->meta("zone");
  if (zone == settings_.zone) return;
  SQLite::Transaction transaction(parts_->database);
  if (!zone.empty()) {
    for (const Series& series : parts_->series.all()) rebuild_days(series);
  }
  parts_->file->set_meta("zone", settings_.zone);
  transaction.commit();
}

/// Once more with a new file when this one turns out to be damaged.
void Writer::with_file(const char* what, const std::function<void()>& work) {
  std::string reason;
  try {
    return guarded(settings_.file, what, work);
  } catch (const DamagedFile& error) {
    reason = error.what();
  }
  const auto known = parts_->series.all();
  parts_.reset();  // its connection would write to the file that is moved
  take(replace_damaged(settings_.file, settings_.synchronous, clock_, reason, known));
  guarded(settings_.file, what, work);
}

Series Writer::series(const Series& wanted) {
  Series found;
  with_file("write", [&] { found = parts_->series.find_or_add(wanted); });
  return found;
}

std::vector<Series> Writer::all_series() const { return parts_->series.all(); }

bool Writer::accepts(const SeriesSample& each) const {
  const Series* const series = parts_->series.find(each.series);
  const Sample& sample = each.sample;
  return series && sample.time >= std::max(kFirstTime, series->raw_floor) && sample.time <= kLastTime &&
         std::isfinite(sample.number) && sample.text.size() <= kMaxText;
}

WriteCount Writer::write(Batch& batch) {
  WriteCount count;
  if (batch.empty()) return count;
  count.refused = static_cast<std::int64_t>(
      std::erase_if(batch.samples, [&](const SeriesSample& sample) { return !accepts(sample); }));
  stats_.refused += count.refused;
  if (stats_.is_disk_low) {
    stats_.passed_over += static_cast<std::int64_t>(batch.messages.size());
    batch.messages.clear();
  }
  std::size_t bytes = 0;
  with_file("write", [&] {
    SQLite::Transaction transaction(parts_->database);
    bytes = parts_->journal.append(parts_->series, batch.samples);
    parts_->messages.append(batch.messages);
    parts_->happenings.append(batch.happenings);
    for (const Note& note : batch.notes) parts_->file->set_meta(kNotes + note.name, note.text);
    transaction.commit();
  });
  count.samples = static_cast<std::int64_t>(batch.samples.size());
  count.messages = static_cast<std::int64_t>(batch.messages.size());
  count.happenings = static_cast<std::int64_t>(batch.happenings.size());
  if (parts_->waiting == 0) journal_since_ = clock_.now();
  parts_->waiting += count.samples;
  ++stats_.transactions;
  stats_.samples += count.samples;
  stats_.messages += count.messages;
  stats_.happenings += count.happenings;
  stats_.blob_bytes += bytes;
  return count;
}

std::string Writer::note(const std::string& name) {
  std::string text;
  with_file("read", [&] { text = parts_->file->meta(kNotes + name); });
  return text;
}

void Writer::set_note(const std::string& name, const std::string& text) {
  with_file("write", [&] { parts_->file->set_meta(kNotes + name, text); });
}

void Writer::maintain() {
  look_at_disk();
  const bool is_old = clock_.now() - journal_since_ >= settings_.journal_age;
  if (parts_->waiting >= settings_.journal_samples || (parts_->waiting > 0 && is_old)) compact();
  if (clock_.now() - retained_ < settings_.retention_interval) return;
  retained_ = clock_.now();
  with_file("delete from", [&] { retain(); });
  with_file("shrink", [&] { shrink(kVacuumPages, kKeptPages); });
}

void Writer::compact() {
  with_file("compact", [&] { compact_now(); });
}

void Writer::compact_now() {
  CompactionCount count;
  {
    SQLite::Transaction transaction(parts_->database);
    count = history::compact(calendar_, parts_->series, parts_->journal, parts_->chunks, !stats_.is_disk_low);
    transaction.commit();
  }
  parts_->waiting = 0;
  journal_since_ = clock_.now();
  ++stats_.compactions;
  ++stats_.transactions;
  stats_.duplicates += count.duplicates;
  stats_.damaged_blobs += count.damaged;
  stats_.blob_bytes += count.bytes;
  if (count.damaged > 0 && events_.lost) events_.lost(count.damaged);
}

void Writer::retain() {
  const RetentionSettings& bounds = settings_.retention;
  const Time now = now_of(clock_);
  const auto before = [&](Days days) {
    return days.count() == 0 ? kFirstTime - 1 : now - days.count() * width_of(Level::day);
  };
  constexpr auto kAll = std::numeric_limits<std::uint64_t>::max();
  const std::uint64_t message_bytes = bounds.message_megabytes == 0 ? kAll : bounds.message_megabytes * kMegabyte;
  const std::int64_t happening_rows =
      bounds.happening_rows == 0 ? std::numeric_limits<std::int64_t>::max() : bounds.happening_rows;
  // In steps, so that none of them is long.
  for (std::int64_t erased = 1; erased != 0; stats_.erased += erased) {
    SQLite::Transaction transaction(parts_->database);
    constexpr auto kMost = static_cast<std::int64_t>(kErasedAtOnce);
    erased = erase_old_chunks(parts_->database, parts_->series, parts_->chunks, bounds.series, now, kErasedAtOnce) +
             parts_->messages.erase_old(before(bounds.messages), message_bytes, kMost) +
             parts_->happenings.erase_old(before(bounds.happenings), happening_rows, kMost);
    transaction.commit();
  }
}

/// Leaves `kept` free pages for what comes next. Whether there is more to give back.
bool Writer::shrink(int pages, int kept) {
  const int free = parts_->database.execAndGet("PRAGMA freelist_count").getInt();
  if (free <= kept) return false;
  parts_->database.exec(fmt::format("PRAGMA incremental_vacuum({})", std::min(pages, free - kept)));
  parts_->database.exec("PRAGMA wal_checkpoint(PASSIVE)");
  return free - pages > kept;
}

void Writer::vacuum() {
  with_file("delete from", [&] { retain(); });
  with_file("shrink", [&] {
    while (shrink(kVacuumPages, 0)) {
    }
    parts_->database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  });
}

void Writer::look_at_disk() {
  if (settings_.least_free == 0) return;
  const std::uint64_t free = free_bytes_(settings_.file);
  // Once low, it is low until there is a quarter more.
  const bool is_low = free < settings_.least_free + (stats_.is_disk_low ? settings_.least_free / 4 : 0);
  if (is_low == stats_.is_disk_low) return;
  if (is_low && parts_->waiting > 0) {
    try {
      compact();                           // what was kept until now keeps its samples
    } catch (const std::runtime_error&) {  // for that there is no room any more
    }
  }
  stats_.is_disk_low = is_low;
  if (events_.disk_low) events_.disk_low(is_low, free);
}

WriterStats Writer::stats() {
  with_file("read", [&] {
    int pages = 0, unused = 0;
    sqlite3_db_status(parts_->database.getHandle(), SQLITE_DBSTATUS_CACHE_WRITE, &pages, &unused, 0);
    stats_.pages_written = static_cast<std::uint64_t>(pages);
    stats_.file_bytes = parts_->file->size();
  });
  std::error_code none;
  const auto log = std::filesystem::file_size(settings_.file.string() + "-wal", none);
  stats_.log_bytes = none ? 0 : log;
  stats_.waiting = parts_->waiting;
  return stats_;
}

}  // namespace m2ag::host::history
