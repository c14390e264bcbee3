// Opens a history in whatever state it was left: looks for damage after a stop that was none, moves a damaged file aside, begins a new one
// and salvages. One thread.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/clock.h"
#include "history/database_file.h"
#include "history/salvage.h"

namespace m2ag::host::history {

/// A damaged file, what was done with it, and what could be read of it.
struct Damage {
  std::string reason;
  std::filesystem::path moved_to;  ///< `history.db.corrupt-20261130T194356Z`, with its log beside it
  Salvaged salvaged;

  /// For a log or an event: one sentence.
  std::string sentence() const;
};

struct OpenReport {
  bool is_new = false;           ///< there was no file
  bool was_interrupted = false;  ///< it was not closed the last time: a crash or a power cut
  std::optional<Damage> damage;
};

struct OpenedFile {
  std::unique_ptr<DatabaseFile> file;
  OpenReport report;
};

/// From now on the file says that it is open; close_history() takes that back. Throws as DatabaseFile, but not DamagedFile, and when the
/// damaged file cannot be moved.
OpenedFile open_history(const std::filesystem::path& path, Synchronous synchronous, const Clock& clock);

/// Moves the file aside and begins a new one, as when it is opened. `known`: series whose names may be lost.
OpenedFile replace_damaged(const std::filesystem::path& path, Synchronous synchronous, const Clock& clock,
                           const std::string& reason, const std::vector<Series>& known);

void close_history(DatabaseFile& file);

}  // namespace m2ag::host::history
