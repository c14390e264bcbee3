// Puts records into the chunks of one series and level: adds to the last one until it is full, opens the one a late record belongs to, and
// splits what has become too large. One thread; throws SQLite::Exception.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "history/chunk_form.h"
#include "history/chunk_table.h"
#include "history/error.h"

namespace m2ag::host::history {

// In bytes of a blob. With pages of 4096 bytes a row is 489 bytes in the tree and whole overflow pages of 4092, or up to 1002 bytes in the
// tree (https://www.sqlite.org/fileformat2.html §1.6): from `full` to `most` one overflow page is used wholly.
inline constexpr std::size_t kFullChunk = 4'550, kMostChunk = 5'030;

struct MergeCount {
  std::uint64_t bytes = 0;   ///< written
  std::int64_t chunks = 0;   ///< written
  std::int64_t damaged = 0;  ///< blobs that could not be read, and are gone now
};

namespace detail {

template <class Record>
void write_pieces(ChunkTable& table, const Series& series, Level level, std::span<const Record> records,
                  MergeCount& count) {
  const auto put = [&](std::span<const Record> piece, std::string data) {
    table.put(series.id, level,
              {time_of(piece.front()), time_of(piece.back()), static_cast<std::int64_t>(piece.size()), data});
    count.bytes += data.size();
    ++count.chunks;
  };
  std::string data = encode_chunk(series, records);
  if (data.size() <= kMostChunk) return put(records, std::move(data));
  const std::size_t per_piece = std::max<std::size_t>(1, records.size() * kFullChunk / data.size());
  while (!records.empty()) {
    auto size = std::min(per_piece, records.size());
    // One time is in one chunk.
    while (size < records.size() && time_of(records[size]) == time_of(records[size - 1])) ++size;
    put(records.first(size), encode_chunk(series, records.first(size)));
    records = records.subspan(size);
  }
}

template <class Record>
std::vector<Record> decode(const Series& series, const std::string& data) {
  if constexpr (std::is_same_v<Record, Sample>) {
    return decode_sample_chunk(series, data);
  } else {
    return decode_bucket_chunk(data);
  }
}

}  // namespace detail

/// `fresh` is sorted by time.
template <class Record>
MergeCount merge_into_chunks(ChunkTable& table, const Series& series, Level level, std::span<const Record> fresh) {
  MergeCount count;
  while (!fresh.empty()) {
    const Time first = time_of(fresh.front());
    auto there = table.at_or_before(series.id, level, first);
    const auto next = table.start_after(series.id, level, there ? std::max(first, there->first_time) : first);
    const auto end =
        next ? std::ranges::find_if(fresh, [&](const Record& r) { return time_of(r) >= *next; }) : fresh.end();
    const auto group = fresh.first(static_cast<std::size_t>(end - fresh.begin()));
    std::vector<Record> stored;
    if (there && (there->data.size() < kFullChunk || there->last_time >= first)) {
      try {
        stored = detail::decode<Record>(series, there->data);
      } catch (const DamagedData&) {
        ++count.damaged;
      }
      table.erase(series.id, level, there->first_time);
    }
    const std::vector<Record> both = merge(std::move(stored), group);
    detail::write_pieces<Record>(table, series, level, both, count);
    fresh = fresh.subspan(group.size());
  }
  return count;
}

}  // namespace m2ag::host::history
