// The table-valued view of the samples for SQL: `SELECT time, value FROM samples WHERE series = 'house/air/temperature' AND time >= 17…`,
// with quality as 0, 1, 2. Samples are in blobs; this makes rows of them, a chunk at a time. Conditions on series and time are used to read
// no more than what is asked for. Lives as long as its connection; one thread.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include "history/chunk_table.h"
#include "history/journal.h"
#include "history/read_guard.h"

namespace m2ag::host::history {

class SamplesTable {
 public:
  /// Registers the table with the connection. All must outlive the connection's last statement.
  SamplesTable(SQLite::Database& database, const Calendar& calendar, ChunkTable& chunks, Journal& journal,
               ReadGuard& guard);
  SamplesTable(const SamplesTable&) = delete;
  SamplesTable& operator=(const SamplesTable&) = delete;

  SQLite::Database& database;
  const Calendar& calendar;
  ChunkTable& chunks;
  Journal& journal;
  ReadGuard& guard;
};

}  // namespace m2ag::host::history
