#include "history/series_view.h"

#include <algorithm>

#include "history/chunk_form.h"

namespace m2ag::host::history {

SeriesView::SeriesView(const Calendar& calendar, ChunkTable& chunks, Journal& journal, const Series& series,
                       ReadGuard& guard)
    : calendar_(calendar),
      chunks_(chunks),
      series_(series),
      guard_(guard),
      raw_(chunks, series, journal.of(series, kFirstTime, kLastTime + 1)) {}

const std::vector<Bucket>& SeriesView::changes(Level level) {
  if (!changes_) changes_ = update_rollups(calendar_, chunks_, series_, raw_);
  return changes_->at(level);
}

std::vector<Bucket> SeriesView::buckets(Level level, Time from, Time to) {
  std::vector<Bucket> all;
  each_bucket(level, from, to, [&](std::span<const Bucket> part) { all.insert(all.end(), part.begin(), part.end()); });
  return all;
}

void SeriesView::each_bucket(Level level, Time from, Time to,
                             const std::function<void(std::span<const Bucket>)>& take) {
  const auto& fresh = changes(level);
  const auto fresh_in = [&](Time begin, Time end) {
    const auto first = std::ranges::lower_bound(fresh, begin, {}, &Bucket::start);
    return std::span<const Bucket>(first, std::ranges::lower_bound(first, fresh.end(), end, {}, &Bucket::start));
  };
  while (from < to) {
    guard_.check();
    const Time next = std::min(to, chunks_.start_after(series_.id, level, from).value_or(to));
    const auto part = merge(stored_buckets(chunks_, series_, level, from, next), fresh_in(from, next));
    if (!part.empty()) take(part);
    from = next;
  }
}

std::optional<Bucket> SeriesView::bucket_before(Level level, Time time) {
  std::optional<Bucket> found;
  const auto& fresh = changes(level);
  const auto next = std::ranges::lower_bound(fresh, time, {}, &Bucket::start);
  if (next != fresh.begin()) found = *std::prev(next);
  if (const auto chunk = chunks_.at_or_before(series_.id, level, time - 1)) {
    const auto stored = stored_buckets(chunks_, series_, level, chunk->first_time, time);
    if (!stored.empty() && (!found || found->start < stored.back().start)) found = stored.back();
  }
  return found;
}

}  // namespace m2ag::host::history
