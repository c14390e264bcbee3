#include "history/message_log.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/topic.h"

namespace m2ag::host::history {
namespace {

constexpr std::uint64_t kRowBytes = 40;  // of row and index, beside topic and payload
constexpr const char* kRowSize = "40 + length(CAST(topic AS BLOB)) + length(payload)";
constexpr int kRetain = 4, kQosBits = 3;

}  // namespace

MessageLog::MessageLog(SQLite::Database& database) : database_(database) {}

/// Of the file each time: a transaction that was rolled back has taken its part back. Counted anew when it is not there, after a salvage.
std::uint64_t MessageLog::bytes() {
  SQLite::Statement row(database_, "SELECT value FROM meta WHERE key = 'message_bytes'");
  if (row.executeStep()) return static_cast<std::uint64_t>(std::max<std::int64_t>(0, row.getColumn(0).getInt64()));
  SQLite::Statement sum(database_, fmt::format("SELECT ifnull(sum({}), 0) FROM messages", kRowSize));
  sum.executeStep();
  return static_cast<std::uint64_t>(sum.getColumn(0).getInt64());
}

void MessageLog::save_bytes(std::uint64_t bytes) {
  SQLite::Statement put(database_, "INSERT OR REPLACE INTO meta(key, value) VALUES('message_bytes', ?)");
  put.bind(1, std::to_string(bytes));
  put.exec();
}

void MessageLog::append(const std::vector<Message>& messages) {
  if (messages.empty()) return;
  std::uint64_t bytes = this->bytes();
  SQLite::Statement insert(database_, "INSERT INTO messages(time, topic, flags, payload) VALUES(?, ?, ?, ?)");
  for (const Message& message : messages) {
    insert.bind(1, message.time);
    insert.bindNoCopy(2, message.topic);
    insert.bind(3, (message.qos & kQosBits) | (message.retain ? kRetain : 0));
    insert.bindNoCopy(4, message.payload.data(), static_cast<int>(message.payload.size()));
    insert.exec();
    insert.reset();
    bytes += kRowBytes + message.topic.size() + message.payload.size();
  }
  save_bytes(bytes);
}

Page<Message> MessageLog::read(const LogQuery& query, ReadGuard& guard) {
  if (!valid_filter(query.filter)) throw std::invalid_argument(fmt::format("\"{}\" is no MQTT filter", query.filter));
  LogPlace place = LogPlace::first(query);
  SQLite::Statement rows(database_,
                         query.newest_first
                             ? "SELECT id, time, topic, flags, payload FROM messages WHERE time >= ? AND time < ? AND "
                               "(time, id) < (?, ?) ORDER BY time DESC, id DESC"
                             : "SELECT id, time, topic, flags, payload FROM messages WHERE time >= ? AND time < ? AND "
                               "(time, id) > (?, ?) ORDER BY time, id");
  rows.bind(1, query.from);
  rows.bind(2, query.to);
  rows.bind(3, place.time);
  rows.bind(4, place.row);
  Page<Message> page;
  while (rows.executeStep()) {
    guard.check();
    const std::string topic = rows.getColumn(2).getString();
    if (!matches(query.filter, topic)) continue;
    if (page.rows.size() == query.limit) {
      page.cursor = place.cursor();
      break;
    }
    guard.check(1);
    place = {rows.getColumn(1).getInt64(), rows.getColumn(0).getInt64()};
    const int flags = rows.getColumn(3).getInt();
    page.rows.push_back({place.time, topic, rows.getColumn(4).getString(), static_cast<std::uint8_t>(flags & kQosBits),
                         (flags & kRetain) != 0});
  }
  return page;
}

std::int64_t MessageLog::erase_old(Time time, std::uint64_t most_bytes, std::int64_t most) {
  std::uint64_t bytes = this->bytes();
  SQLite::Statement oldest(database_, fmt::format("SELECT id, time, {} FROM messages ORDER BY time, id", kRowSize));
  std::vector<std::int64_t> ids;
  bool is_empty = true;
  while (static_cast<std::int64_t>(ids.size()) < most && oldest.executeStep()) {
    is_empty = false;
    if (oldest.getColumn(1).getInt64() >= time && bytes <= most_bytes) break;
    ids.push_back(oldest.getColumn(0).getInt64());
    bytes -= std::min(bytes, static_cast<std::uint64_t>(oldest.getColumn(2).getInt64()));
  }
  oldest.reset();
  SQLite::Statement remove(database_, "DELETE FROM messages WHERE id = ?");
  for (const std::int64_t id : ids) {
    remove.bind(1, id);
    remove.exec();
    remove.reset();
  }
  if (is_empty && bytes != 0) save_bytes(0);
  if (!ids.empty()) save_bytes(bytes);
  return static_cast<std::int64_t>(ids.size());
}

}  // namespace m2ag::host::history
