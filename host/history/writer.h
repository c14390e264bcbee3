// The one who writes a history: takes batches, each durable on return as `synchronous` says, and does from time to time what keeps the
// file small. One thread at a time; readers (reader.h) may be in other threads and processes. One writer per file.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "history/compaction.h"
#include "history/opening.h"
#include "history/retention.h"
#include "history/writer_lock.h"

namespace m2ag::host::history {

struct WriterSettings {
  std::filesystem::path file;
  Synchronous synchronous = Synchronous::normal;
  std::string zone = "UTC";                ///< whose midnights begin the days of the rollups: see zone_of()
  std::int64_t journal_samples = 100'000;  ///< from so many on, samples are moved into chunks,
  std::chrono::minutes journal_age{60};    ///< and when the oldest have waited so long
  std::uint64_t least_free =
      64'000'000;  ///< bytes; with less on the file system no samples are packed, only rollups, and no messages kept; 0: never
  std::chrono::minutes retention_interval{10};
  RetentionSettings retention;
};

struct WriteCount {
  std::int64_t samples = 0, messages = 0, happenings = 0;  ///< stored
  std::int64_t refused =
      0;  ///< samples older than what retention keeps, without a date or a finite number, or with too long a text
};

/// Since the writer was made, except sizes.
struct WriterStats {
  std::int64_t transactions = 0, samples = 0, messages = 0, happenings = 0, refused = 0;
  std::int64_t passed_over = 0;  ///< messages that came while the disk was low
  std::int64_t compactions = 0, duplicates = 0, damaged_blobs = 0, damaged_files = 0, erased = 0;
  std::uint64_t blob_bytes = 0;  ///< in journal and chunks
  std::uint64_t pages_written =
      0;  ///< to the log, by this connection; SQLite writes most of them once more into the file
  std::uint64_t file_bytes = 0, log_bytes = 0;
  std::int64_t waiting = 0;  ///< samples in the journal
  bool is_disk_low = false;
};

/// What the owner may want to tell others. Called on the thread of the call that found it.
struct WriterEvents {
  std::function<void(const Damage&)> damaged;  ///< also from the constructor
  std::function<void(bool is_low, std::uint64_t free)> disk_low;
  /// Blobs of samples that could not be read when they were packed.
  std::function<void(std::int64_t blobs)> lost;
};

class Writer {
 public:
  using FreeBytes = std::function<std::uint64_t(const std::filesystem::path&)>;

  /// Opens or makes the file. `free_bytes`: of the file system; empty: asks it. Throws std::runtime_error with a sentence, also when there
  /// is another writer.
  Writer(WriterSettings settings, const Clock& clock, WriterEvents events = {}, FreeBytes free_bytes = {});
  /// Closes the file; what is in the journal stays there.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  const OpenReport& report() const;
  /// The series of that name (its id is what samples are written with), made when it is new: see SeriesTable::find_or_add.
  Series series(const Series& wanted);
  std::vector<Series> all_series() const;

  /// One transaction. Throws std::runtime_error when nothing was stored: the disk is full or fails; give it again later. A damaged file is
  /// replaced, and the batch is in the new one. Takes what it refuses out of the batch and puts the rest in order.
  WriteCount write(Batch& batch);
  WriteCount write(Batch&& batch) { return write(batch); }
  /// A word that the owner keeps in the file; "" when there is none. A damaged file takes them with it. Throws as write().
  std::string note(const std::string& name);
  void set_note(const std::string& name, const std::string& text);
  /// To be called about every second: compaction, retention, vacuum and the look at the disk, when they are due. Throws as write().
  void maintain();
  /// Moves the journal into chunks now.
  void compact();
  /// Applies the retention and gives free pages back to the file system now, all of them.
  void vacuum();
  WriterStats stats();

 private:
  struct Parts;
  void take(OpenedFile opened);
  void with_file(const char* what, const std::function<void()>& work);
  void compact_now();
  void retain();
  bool shrink(int pages, int kept);
  void look_at_disk();
  bool accepts(const SeriesSample& sample) const;
  void check_zone();
  void rebuild_days(const Series& series);

  const WriterSettings settings_;
  const Clock& clock_;
  const WriterEvents events_;
  const FreeBytes free_bytes_;
  const Calendar calendar_;
  const WriterLock lock_;
  OpenReport report_;
  std::unique_ptr<Parts> parts_;
  WriterStats stats_;
  Clock::time_point journal_since_, retained_;
};

}  // namespace m2ag::host::history
