#include "history/on_time.h"

#include <algorithm>

namespace m2ag::host::history {

OnTimeSum::OnTimeSum(const Calendar& calendar, Level part, Time from, Time to) : time_(from), to_(to) {
  for (Time start = from; start < to;) {
    const Time end = std::min(to, calendar.end(part, calendar.start(part, start)));
    parts_.push_back({start, end, 0, 0, 0});
    start = end;
  }
}

OnTime& OnTimeSum::part_at(Time time) {
  while (part_ + 1 < parts_.size() && parts_[part_].end <= time) ++part_;
  return parts_[part_];
}

void OnTimeSum::advance(Time until) {
  until = std::min(until, to_);
  while (time_ < until) {
    OnTime& part = part_at(time_);
    const Time end = std::min(until, part.end);
    if (state_) {
      part.known += end - time_;
      if (*state_) part.on += end - time_;
    }
    time_ = end;
  }
}

void OnTimeSum::add(std::span<const Sample> samples) {
  for (const Sample& sample : samples) {
    if (sample.quality == Quality::bad || parts_.empty()) continue;
    advance(sample.time);
    state_ = sample.number != 0;
    if (sample.time < to_) ++part_at(sample.time).switched;
  }
}

void OnTimeSum::add(const Bucket& bucket, Time end) {
  if (parts_.empty()) return;
  const Time first = bucket.start + bucket.first_after;
  advance(first);
  state_ = bucket.last != 0;
  OnTime& part = part_at(std::max(bucket.start, parts_.front().start));
  // What lies after `to` was taken to be as the last value.
  const Time beyond = std::max<Time>(0, end - to_);
  part.switched += bucket.count;
  part.on += std::max<Time>(0, bucket.on - (*state_ ? beyond : 0));
  part.known += std::max<Time>(0, end - beyond - first);
  time_ = std::min(end, to_);
}

std::vector<OnTime> OnTimeSum::take() {
  advance(to_);
  return std::move(parts_);
}

}  // namespace m2ag::host::history
