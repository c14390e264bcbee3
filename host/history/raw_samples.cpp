#include "history/raw_samples.h"

#include <algorithm>

#include "history/chunk_form.h"
#include "history/error.h"

namespace m2ag::host::history {

std::span<const Sample> part_of(std::span<const Sample> samples, Time from, Time to) {
  const auto first = std::ranges::lower_bound(samples, from, {}, &Sample::time);
  const auto last = std::ranges::lower_bound(first, samples.end(), std::max(from, to), {}, &Sample::time);
  return {first, last};
}

RawSamples::RawSamples(ChunkTable& table, Series series, std::vector<Sample> fresh)
    : table_(table), series_(std::move(series)), fresh_(merge({}, fresh)) {
  if (!fresh_.empty()) drop_known();
}

/// Mostly all fresh samples are behind the last chunk, and nothing is read.
void RawSamples::drop_known() {
  const auto end = table_.end_of(series_.id, Level::raw);
  if (!end || *end < fresh_.front().time) return;
  std::vector<Sample> unknown;
  std::optional<Chunk> chunk;
  std::vector<Sample> stored;
  Time until = kFirstTime - 1;  // the chunk is the right one for times before this
  for (Sample& sample : fresh_) {
    if (sample.time >= until) {
      chunk = table_.at_or_before(series_.id, Level::raw, sample.time);
      until = table_.start_after(series_.id, Level::raw, sample.time).value_or(kLastTime + 1);
      stored = chunk && chunk->last_time >= sample.time ? decode(*chunk) : std::vector<Sample>();
    }
    const auto same_time = part_of(stored, sample.time, sample.time + 1);
    if (std::ranges::none_of(same_time, [&](const Sample& other) { return is_same(other, sample); }) &&
        same_time.size() < kMostAtOneTime)
      unknown.push_back(std::move(sample));
  }
  fresh_ = std::move(unknown);
}

std::vector<Sample> RawSamples::decode(const Chunk& chunk) {
  try {
    return decode_sample_chunk(series_, chunk.data);
  } catch (const DamagedData&) {
    table_.met_damage();
    return {};
  }
}

std::vector<Sample> RawSamples::stored(Time from, Time to) {
  std::vector<Sample> found;
  for (auto chunk = table_.at_or_before(series_.id, Level::raw, from); from < to;) {
    if (chunk && chunk->last_time >= from) {
      const auto samples = decode(*chunk);
      const auto part = part_of(samples, from, to);
      found.insert(found.end(), part.begin(), part.end());
    }
    chunk = table_.after(series_.id, Level::raw, chunk ? std::max(from, chunk->first_time) : from);
    if (!chunk || chunk->first_time >= to) break;
  }
  return found;
}

void RawSamples::each(Time from, Time to, const std::function<bool(std::span<const Sample>)>& take) {
  auto chunk = table_.at_or_before(series_.id, Level::raw, from);
  if (!chunk) chunk = table_.after(series_.id, Level::raw, from);
  for (Time begin = from; begin < to;) {
    auto next = chunk ? table_.after(series_.id, Level::raw, chunk->first_time) : std::nullopt;
    const Time end = std::min(to, next ? next->first_time : to);
    const bool has_some = chunk && chunk->last_time >= begin && chunk->first_time < end;
    const auto samples = merge(has_some ? decode(*chunk) : std::vector<Sample>(), part_of(fresh_, begin, end));
    const auto part = part_of(samples, begin, end);
    if (!part.empty() && !take(part)) return;
    begin = std::max(begin, end);
    if (!next) return;
    chunk = std::move(next);
  }
}

std::optional<Sample> RawSamples::newest(Time time) {
  std::optional<Sample> found;
  const auto fresh = part_of(fresh_, kFirstTime, time + 1);
  if (!fresh.empty()) found = fresh.back();
  for (auto chunk = table_.at_or_before(series_.id, Level::raw, time); chunk;) {
    const auto samples = decode(*chunk);
    const auto part = part_of(samples, kFirstTime, time + 1);
    if (!part.empty()) {
      if (!found || found->time < part.back().time) found = part.back();
      break;
    }
    chunk = table_.at_or_before(series_.id, Level::raw, chunk->first_time - 1);
  }
  return found;
}

}  // namespace m2ag::host::history
