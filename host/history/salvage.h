// Copies what can be read of a damaged history into a new one: the rows of each page for itself, so that neither a damaged tree nor a lost
// schema hides what is whole. One thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "history/database_file.h"
#include "history/sample.h"

namespace m2ag::host::history {

struct Salvaged {
  std::int64_t series = 0, chunks = 0, batches = 0, messages = 0, happenings = 0;
  std::int64_t damaged = 0;  ///< blobs whose checksum is wrong: left behind
  std::int64_t unnamed = 0;  ///< of the series, those whose names are lost: now `recovered/ID`
};

/// `known`: series whose rows may be lost. Only reads `damaged`. Throws what writing to `target` throws; what cannot be read is no error.
Salvaged salvage(const std::filesystem::path& damaged, DatabaseFile& target, const std::vector<Series>& known);

}  // namespace m2ag::host::history
