// The rows on the pages of a SQLite file, each page for itself: without the tree above it and without the schema, either of which may be
// damaged. Whose row it is, only its shape tells. https://www.sqlite.org/fileformat2.html §1.6 (pages), §1.8 (which pages are in use),
// §2.1 (records). One thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "history/page_file.h"

namespace m2ag::host::history {

struct PageValue {
  char type = 'n';  ///< n: null, i: integer, r: real, t: text, b: blob
  std::int64_t integer = 0;
  std::string bytes;  ///< of a text or blob
};

struct PageRow {
  bool is_keyed = false;   ///< of an index, or of a table WITHOUT ROWID
  std::int64_t rowid = 0;  ///< of a table, whose INTEGER PRIMARY KEY is null in `values`
  std::vector<PageValue> values;

  /// The types in a row: "niiib".
  std::string shape() const;
};

/// Calls `take` for each row that can be read, in the order of the pages. Pages that are known to be free are left out: their rows were deleted.
/// Damaged bytes can give rows that nobody wrote.
void read_page_rows(PageFile& file, const std::function<void(const PageRow&)>& take);

/// The values of a record; nothing when its bytes are no record. For tests.
std::vector<PageValue> decode_record(std::string_view payload);

}  // namespace m2ag::host::history
