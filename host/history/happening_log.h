// The log of happenings: events of devices, the status of components, runs of rules. As message_log.h, and few. One thread.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include "history/log_query.h"
#include "history/read_guard.h"

namespace m2ag::host::history {

class HappeningLog {
 public:
  explicit HappeningLog(SQLite::Database& database) : database_(database) {}

  void append(const std::vector<Happening>& happenings);
  /// The filter is for `device/source/type`, `device//type` where there is no source. Throws as MessageLog::read.
  Page<Happening> read(const LogQuery& query, ReadGuard& guard);
  /// At most `most` of those before `time`, and of the oldest while there are more than `rows`. How many it were.
  std::int64_t erase_old(Time time, std::int64_t rows, std::int64_t most);

 private:
  SQLite::Database& database_;
};

}  // namespace m2ag::host::history
