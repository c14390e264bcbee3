#include "history/rollup_update.h"

#include <algorithm>
#include <limits>

#include "history/chunk_form.h"
#include "history/error.h"

namespace m2ag::host::history {
namespace {

// Periods. What lies between such as are near each other is read with them, once; how much at once is bounded, since it is in memory.
constexpr Time kFarApart = 600, kMostAtOnce = 2'000;

std::span<const Bucket> part_of(std::span<const Bucket> buckets, Time from, Time to) {
  const auto first = std::ranges::lower_bound(buckets, from, {}, &Bucket::start);
  return {first, std::ranges::lower_bound(first, buckets.end(), to, {}, &Bucket::start)};
}

std::int64_t count_of(std::span<const Bucket> buckets) {
  std::int64_t count = 0;
  for (const Bucket& bucket : buckets) count += bucket.count;
  return count;
}

class Update {
 public:
  Update(const Calendar& calendar, ChunkTable& table, const Series& series, RawSamples& raw)
      : calendar_(calendar), table_(table), series_(series), raw_(raw) {}

  RollupChanges run() {
    std::vector<Time> times;
    for (const Sample& sample : raw_.fresh()) times.push_back(sample.time);
    for (const Level level : kRollups) {
      std::vector<Time> starts = starts_of(level, times);
      for (auto first = starts.begin(); first != starts.end();) {
        auto last = std::next(first);
        while (last != starts.end() && *last - *std::prev(last) < kFarApart * width_of(level) &&
               *last - *first < kMostAtOnce * width_of(level))
          ++last;
        update(level, {first, last});
        first = last;
      }
      times = std::move(starts);
    }
    return std::move(changes_);
  }

 private:
  std::vector<Time> starts_of(Level level, std::span<const Time> times) const {
    std::vector<Time> starts;
    Time end = std::numeric_limits<Time>::min();
    for (const Time time : times) {
      if (time < end) continue;
      starts.push_back(calendar_.start(level, time));
      end = calendar_.end(level, starts.back());
    }
    return starts;
  }

  /// Periods that are near each other.
  void update(Level level, std::span<const Time> starts) {
    const Time from = starts.front(), to = calendar_.end(level, starts.back());
    const auto known = stored_buckets(table_, series_, level, from, to);
    const Level finer = calendar_.parts_of(level);
    std::vector<Sample> samples;
    std::vector<Bucket> before, after;
    if (level == Level::minute) {
      samples = raw_.stored(from, to);
    } else {
      before = stored_buckets(table_, series_, finer, from, to);
      after = merge(before, part_of(changes_.at(finer), from, to));
    }
    for (const Time start : starts) {
      const Time end = calendar_.end(level, start);
      const auto fresh = history::part_of(raw_.fresh(), start, end);
      const auto same = part_of(known, start, start + 1);
      Bucket made;
      std::int64_t made_of = 0;
      if (level == Level::minute) {
        const auto stored = history::part_of(samples, start, end);
        made = bucket_of(series_, merge({stored.begin(), stored.end()}, fresh), start, end);
        made_of = bucket_of(series_, stored, start, end).count;
      } else {
        made = join(series_, part_of(after, start, end), width_of(finer), start, end);
        made_of = count_of(part_of(before, start, end));
      }
      // What the stored period was made of is not all there any more.
      if (!same.empty() && same.front().count > made_of) {
        const Bucket more = bucket_of(series_, fresh, start, end);
        made = more.count == 0 ? same.front() : fold(series_, same.front(), more, end);
      }
      if (made.count > 0) changes_.at(level).push_back(made);
    }
  }

  const Calendar& calendar_;
  ChunkTable& table_;
  const Series& series_;
  RawSamples& raw_;
  RollupChanges changes_;
};

}  // namespace

std::vector<Bucket> stored_buckets(ChunkTable& table, const Series& series, Level level, Time from, Time to) {
  std::vector<Bucket> found;
  for (auto chunk = table.at_or_before(series.id, level, from); from < to;) {
    if (chunk && chunk->last_time >= from) {
      try {
        const auto buckets = decode_bucket_chunk(chunk->data);
        const auto part = part_of(buckets, from, to);
        found.insert(found.end(), part.begin(), part.end());
      } catch (const DamagedData&) {  // the periods are computed anew from what they are made of, when they change
        table.met_damage();
      }
    }
    chunk = table.after(series.id, level, chunk ? std::max(from, chunk->first_time) : from);
    if (!chunk || chunk->first_time >= to) break;
  }
  return found;
}

RollupChanges update_rollups(const Calendar& calendar, ChunkTable& table, const Series& series, RawSamples& raw) {
  if (series.kind == Kind::text || raw.fresh().empty()) return {};
  return Update(calendar, table, series, raw).run();
}

}  // namespace m2ag::host::history
