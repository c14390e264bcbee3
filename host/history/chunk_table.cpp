#include "history/chunk_table.h"

namespace m2ag::host::history {
namespace {

void bind(SQLite::Statement& statement, SeriesId series, Level level) {
  statement.tryReset();  // after a failure it is where it was
  statement.bind(1, series);
  statement.bind(2, static_cast<int>(level));
}

}  // namespace

ChunkTable::ChunkTable(SQLite::Database& database)
    : before_(
          database,
          "SELECT first_time, last_time, count, data FROM chunks WHERE series = ? AND level = ? AND first_time <= ? "
          "ORDER BY first_time DESC LIMIT 1"),
      after_(database,
             "SELECT first_time, last_time, count, data FROM chunks WHERE series = ? AND level = ? AND first_time > ? "
             "ORDER BY first_time LIMIT 1"),
      start_after_(database, "SELECT min(first_time) FROM chunks WHERE series = ? AND level = ? AND first_time > ?"),
      end_(database, "SELECT last_time FROM chunks WHERE series = ? AND level = ? ORDER BY first_time DESC LIMIT 1"),
      put_(database,
           "INSERT OR REPLACE INTO chunks(series, level, first_time, last_time, count, data) VALUES(?, ?, ?, ?, ?, ?)"),
      erase_(database, "DELETE FROM chunks WHERE series = ? AND level = ? AND first_time = ?") {}

std::optional<Chunk> ChunkTable::row(SQLite::Statement& statement, SeriesId series, Level level, Time time) {
  bind(statement, series, level);
  statement.bind(3, time);
  std::optional<Chunk> found;
  if (statement.executeStep()) {
    const SQLite::Column data = statement.getColumn(3);
    found = Chunk{statement.getColumn(0).getInt64(), statement.getColumn(1).getInt64(),
                  statement.getColumn(2).getInt64(), data.getString()};
  }
  statement.reset();
  return found;
}

std::optional<Chunk> ChunkTable::at_or_before(SeriesId series, Level level, Time time) {
  return row(before_, series, level, time);
}

std::optional<Chunk> ChunkTable::after(SeriesId series, Level level, Time time) {
  return row(after_, series, level, time);
}

std::optional<Time> ChunkTable::start_after(SeriesId series, Level level, Time time) {
  bind(start_after_, series, level);
  start_after_.bind(3, time);
  start_after_.executeStep();
  const SQLite::Column start = start_after_.getColumn(0);
  const auto found = start.isNull() ? std::nullopt : std::optional<Time>(start.getInt64());
  start_after_.reset();
  return found;
}

std::optional<Time> ChunkTable::end_of(SeriesId series, Level level) {
  bind(end_, series, level);
  const auto found = end_.executeStep() ? std::optional<Time>(end_.getColumn(0).getInt64()) : std::nullopt;
  end_.reset();
  return found;
}

void ChunkTable::put(SeriesId series, Level level, const Chunk& chunk) {
  bind(put_, series, level);
  put_.bind(3, chunk.first_time);
  put_.bind(4, chunk.last_time);
  put_.bind(5, chunk.count);
  put_.bindNoCopy(6, chunk.data.data(), static_cast<int>(chunk.data.size()));
  put_.exec();
  put_.reset();
}

void ChunkTable::erase(SeriesId series, Level level, Time first_time) {
  bind(erase_, series, level);
  erase_.bind(3, first_time);
  erase_.exec();
  erase_.reset();
}

}  // namespace m2ag::host::history
