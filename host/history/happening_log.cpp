#include "history/happening_log.h"

#include <fmt/format.h>

#include "core/topic.h"

namespace m2ag::host::history {

void HappeningLog::append(const std::vector<Happening>& happenings) {
  if (happenings.empty()) return;
  SQLite::Statement insert(database_,
                           "INSERT INTO happenings(time, device, source, type, detail) VALUES(?, ?, ?, ?, ?)");
  for (const Happening& happening : happenings) {
    insert.bind(1, happening.time);
    insert.bindNoCopy(2, happening.device);
    insert.bindNoCopy(3, happening.source);
    insert.bindNoCopy(4, happening.type);
    insert.bindNoCopy(5, happening.detail);
    insert.exec();
    insert.reset();
  }
}

Page<Happening> HappeningLog::read(const LogQuery& query, ReadGuard& guard) {
  if (!valid_filter(query.filter)) throw std::invalid_argument(fmt::format("\"{}\" is no MQTT filter", query.filter));
  LogPlace place = LogPlace::first(query);
  SQLite::Statement rows(
      database_, query.newest_first
                     ? "SELECT id, time, device, source, type, detail FROM happenings WHERE time >= ? AND time < ? "
                       "AND (time, id) < (?, ?) ORDER BY time DESC, id DESC"
                     : "SELECT id, time, device, source, type, detail FROM happenings WHERE time >= ? AND time < ? "
                       "AND (time, id) > (?, ?) ORDER BY time, id");
  rows.bind(1, query.from);
  rows.bind(2, query.to);
  rows.bind(3, place.time);
  rows.bind(4, place.row);
  Page<Happening> page;
  while (rows.executeStep()) {
    guard.check();
    Happening happening{rows.getColumn(1).getInt64(), rows.getColumn(2).getString(), rows.getColumn(3).getString(),
                        rows.getColumn(4).getString(), rows.getColumn(5).getString()};
    if (!matches(query.filter, fmt::format("{}/{}/{}", happening.device, happening.source, happening.type))) continue;
    if (page.rows.size() == query.limit) {
      page.cursor = place.cursor();
      break;
    }
    guard.check(1);
    place = {happening.time, rows.getColumn(0).getInt64()};
    page.rows.push_back(std::move(happening));
  }
  return page;
}

std::int64_t HappeningLog::erase_old(Time time, std::int64_t rows, std::int64_t most) {
  SQLite::Statement remove(
      database_,
      "DELETE FROM happenings WHERE id IN (SELECT id FROM happenings WHERE time < ? OR id <= (SELECT max(id) "
      "FROM happenings) - ? ORDER BY time LIMIT ?)");
  remove.bind(1, time);
  remove.bind(2, rows);
  remove.bind(3, most);
  return remove.exec();
}

}  // namespace m2ag::host::history
