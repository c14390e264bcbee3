#include "history/compaction.h"

#include <algorithm>

#include "history/chunk_merge.h"
#include "history/rollup_update.h"

namespace m2ag::host::history {
namespace {

CompactionCount move_series(const Calendar& calendar, const Series& series, ChunkTable& chunks,
                            std::vector<Sample> samples, bool keep_raw) {
  CompactionCount count;
  const auto all = static_cast<std::int64_t>(samples.size());
  RawSamples raw(chunks, series, std::move(samples));
  count.duplicates = all - static_cast<std::int64_t>(raw.fresh().size());
  const RollupChanges changes = update_rollups(calendar, chunks, series, raw);
  const auto add = [&](const MergeCount& merged) {
    count.bytes += merged.bytes;
    count.damaged += merged.damaged;
  };
  if (keep_raw) {
    add(merge_into_chunks<Sample>(chunks, series, Level::raw, raw.fresh()));
    count.samples = static_cast<std::int64_t>(raw.fresh().size());
  }
  for (const Level level : kRollups) add(merge_into_chunks<Bucket>(chunks, series, level, changes.at(level)));
  return count;
}

}  // namespace

CompactionCount& CompactionCount::operator+=(const CompactionCount& other) {
  samples += other.samples;
  duplicates += other.duplicates;
  damaged += other.damaged;
  bytes += other.bytes;
  return *this;
}

CompactionCount compact(const Calendar& calendar, const SeriesTable& series, Journal& journal, ChunkTable& chunks,
                        bool keep_raw) {
  Journal::Content content = journal.all(series);
  CompactionCount count;
  count.damaged = content.damaged;
  // In the order of the tree, so that each page is written once.
  std::vector<SeriesId> ids;
  for (const auto& [id, samples] : content.samples) ids.push_back(id);
  std::ranges::sort(ids);
  for (const SeriesId id : ids) {
    auto samples = content.samples.extract(id);
    count += move_series(calendar, *series.find(id), chunks, std::move(samples.mapped()), keep_raw);
  }
  journal.erase_up_to(content.last_row);
  return count;
}

}  // namespace m2ag::host::history
