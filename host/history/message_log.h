// The log of MQTT messages: appended, read by time and topic, deleted from the old end. One thread, one connection.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <functional>

#include "history/log_query.h"
#include "history/read_guard.h"

namespace m2ag::host::history {

class MessageLog {
 public:
  explicit MessageLog(SQLite::Database& database);

  void append(const std::vector<Message>& messages);
  /// Throws ReadStopped; std::invalid_argument for a filter or cursor that is none.
  Page<Message> read(const LogQuery& query, ReadGuard& guard);

  /// About, in bytes of the file.
  std::uint64_t bytes();
  /// Deletes at most `most` messages: those before `time`, and the oldest while there are more than `most_bytes`. How many it were.
  std::int64_t erase_old(Time time, std::uint64_t most_bytes, std::int64_t most);

 private:
  void save_bytes(std::uint64_t bytes);

  SQLite::Database& database_;
};

}  // namespace m2ag::host::history
