#include "history/opening.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "history/error.h"

namespace m2ag::host::history {
namespace {

const char* const kOpen = "open";
constexpr std::size_t kKeptCopies = 3;

void check(DatabaseFile& file) {
  guarded(file.path(), "check", [&] {
    std::string found = file.database().execAndGet("PRAGMA quick_check(1)").getString();
    std::ranges::replace(found, '\n', ' ');
    if (found != "ok") throw DamagedFile(fmt::format("{}: the history is damaged: {}", file.path().string(), found));
  });
}

void mark_open(DatabaseFile& file) {
  guarded(file.path(), "write", [&] { file.set_meta(kOpen, "1"); });
}

std::filesystem::path move_aside(const std::filesystem::path& path, const Clock& clock) {
  const auto stem = fmt::format("{}.corrupt-{:%Y%m%dT%H%M%SZ}", path.string(),
                                fmt::gmtime(std::chrono::system_clock::to_time_t(clock.system_now())));
  std::string aside = stem;
  for (int n = 2; std::filesystem::exists(aside); ++n) aside = fmt::format("{}-{}", stem, n);
  std::filesystem::rename(path, aside);
  // The log has what the file has not yet. The index of the log is made anew.
  std::error_code none;
  std::filesystem::rename(path.string() + "-wal", aside + "-wal", none);
  std::filesystem::remove(path.string() + "-shm", none);
  return aside;
}

/// What could be read of them is in the new file; a disk that goes on damaging files shall not be filled with them.
void remove_old_copies(const std::filesystem::path& path) {
  const std::string begin = path.filename().string() + ".corrupt-";
  std::vector<std::filesystem::path> copies;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::absolute(path).parent_path(), none)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(begin) && !name.ends_with("-wal") && !name.ends_with("-shm")) copies.push_back(entry.path());
  }
  std::ranges::sort(copies);  // their names have the time
  for (std::size_t n = 0; n + kKeptCopies < copies.size(); ++n) {
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(copies[n].string() + end, none);
  }
}

}  // namespace

std::string Damage::sentence() const {
  return fmt::format(
      "{}: moved to {}; salvaged: {} series, {} chunks and {} batches of samples, {} messages, {} happenings; {} blobs were damaged, {} series "
      "have lost their names",
      reason, moved_to.string(), salvaged.series, salvaged.chunks, salvaged.batches, salvaged.messages,
      salvaged.happenings, salvaged.damaged, salvaged.unnamed);
}

OpenedFile open_history(const std::filesystem::path& path, Synchronous synchronous, const Clock& clock) {
  OpenedFile opened;
  std::error_code none;
  opened.report.is_new = std::filesystem::file_size(path, none) == 0 || none;
  try {
    opened.file = std::make_unique<DatabaseFile>(path, synchronous);
    guarded(path, "read", [&] { opened.report.was_interrupted = opened.file->meta(kOpen) == "1"; });
    if (opened.report.was_interrupted) check(*opened.file);
    mark_open(*opened.file);
    return opened;
  } catch (const DamagedFile& error) {
    opened.file.reset();
    auto replaced = replace_damaged(path, synchronous, clock, error.what(), {});
    replaced.report.was_interrupted = opened.report.was_interrupted;
    return replaced;
  }
}

OpenedFile replace_damaged(const std::filesystem::path& path, Synchronous synchronous, const Clock& clock,
                           const std::string& reason, const std::vector<Series>& known) {
  OpenedFile opened;
  Damage damage{reason, move_aside(path, clock), {}};
  opened.file = std::make_unique<DatabaseFile>(path, synchronous);
  guarded(path, "write", [&] { damage.salvaged = salvage(damage.moved_to, *opened.file, known); });
  mark_open(*opened.file);
  remove_old_copies(path);
  opened.report.damage = std::move(damage);
  return opened;
}

void close_history(DatabaseFile& file) {
  guarded(file.path(), "close", [&] { file.set_meta(kOpen, "0"); });
}

}  // namespace m2ag::host::history
