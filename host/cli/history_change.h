// What `m2ag history` does to a history itself, while no logger has it: throws std::runtime_error with a sentence when one has, and when the
// file cannot be written. Each prints what it did. One thread.
#pragma once

#include <filesystem>
#include <string>

#include "history/csv.h"

namespace m2ag::host {

/// Stores what `export` wrote as CSV; `input` is a file, or "-" for the standard input. `zone`: of a new history.
void import_history(const std::filesystem::path& history, const std::string& zone, const std::string& input,
                    const history::Progress& progress);

/// Packs samples that wait, and gives free space back to the file system.
void vacuum_history(const std::filesystem::path& history, const std::string& zone);

}  // namespace m2ag::host
