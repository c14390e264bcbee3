// The tables of `history.db`, one step per version. A step that was released is never changed; the next version gets a step of its own.
#pragma once

#include <array>

namespace m2ag::host::history {

/// `chunks`: the samples and rollups of a series by level (calendar.h), in blobs that do not overlap. `journal`: the newest samples of all
/// series, a row per batch, until they are moved into chunks. `meta`: `open` is 1 while a writer has the file, `zone` is that of the days, `note.…` what the owner keeps, `message_bytes` a sum.
inline constexpr std::array kSchemaSteps{
    R"(CREATE TABLE meta(key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE series(id INTEGER PRIMARY KEY, name TEXT NOT NULL, kind INTEGER NOT NULL, unit TEXT NOT NULL, counter INTEGER NOT NULL,
  raw_floor INTEGER NOT NULL);
CREATE UNIQUE INDEX series_name ON series(name);
CREATE TABLE journal(id INTEGER PRIMARY KEY, first_time INTEGER NOT NULL, last_time INTEGER NOT NULL, count INTEGER NOT NULL,
  data BLOB NOT NULL);
CREATE TABLE chunks(series INTEGER NOT NULL, level INTEGER NOT NULL, first_time INTEGER NOT NULL, last_time INTEGER NOT NULL,
  count INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY(series, level, first_time)) WITHOUT ROWID;
CREATE TABLE messages(id INTEGER PRIMARY KEY, time INTEGER NOT NULL, topic TEXT NOT NULL, flags INTEGER NOT NULL, payload BLOB NOT NULL);
CREATE INDEX messages_time ON messages(time);
CREATE TABLE happenings(id INTEGER PRIMARY KEY, time INTEGER NOT NULL, device TEXT NOT NULL, source TEXT NOT NULL, type TEXT NOT NULL,
  detail TEXT NOT NULL);
CREATE INDEX happenings_time ON happenings(time);)"};

inline constexpr int kSchemaVersion = static_cast<int>(kSchemaSteps.size());

}  // namespace m2ag::host::history
