// Copies what can be read of a damaged history into a new one. Row by row: where a page cannot be read, it goes on behind it, from both
// sides. One thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "history/database_file.h"
#include "history/sample.h"

namespace m2ag::host::history {

struct Salvaged {
  std::int64_t series = 0, chunks = 0, batches = 0, messages = 0, happenings = 0;
  std::int64_t damaged = 0;  ///< blobs whose checksum is wrong: left behind
};

/// `known`: series whose rows may be lost. Does not change `damaged` beyond what reading a database does. Throws what writing to `target`
/// throws; what cannot be read is no error.
Salvaged salvage(const std::filesystem::path& damaged, DatabaseFile& target, const std::vector<Series>& known);

/// Calls `read(from, to, ascending)`, which returns the last key it got to and whether it ended early, for ever smaller holes. For tests.
struct KeyRange {
  std::int64_t first, last;  ///< both included
};
struct ReadEnd {
  std::int64_t last_key = 0;
  bool has_rows = false, is_complete = true;
};
using ReadKeys = std::function<ReadEnd(KeyRange range, bool ascending)>;
void read_around_holes(KeyRange range, const ReadKeys& read, int tries);

}  // namespace m2ag::host::history
