#include "history/downsample.h"

#include <algorithm>

namespace m2ag::host::history {

Downsample::Downsample(Time from, Time to, std::size_t most) : from_(from) {
  const auto parts = static_cast<Time>(std::max<std::size_t>(1, most / 2));
  width_ = std::max<Time>(1, (to - from + parts - 1) / parts);
}

void Downsample::add(std::span<const Sample> samples) {
  for (const Sample& sample : samples) add({sample.time, sample.number});
}

void Downsample::add(std::span<const Bucket> buckets) {
  for (const Bucket& bucket : buckets) {
    add({bucket.start, bucket.min});
    add({bucket.start, bucket.max});
  }
}

void Downsample::add(Point point) {
  // A period that has begun before is in the first part.
  const Time part = std::max<Time>(0, point.time - from_) / width_;
  if (part != part_) {
    close();
    part_ = part;
    least_ = greatest_ = point;
    return;
  }
  if (point.value < least_.value) least_ = point;
  if (point.value > greatest_.value) greatest_ = point;
}

void Downsample::close() {
  if (part_ < 0) return;
  const bool is_falling = greatest_.time < least_.time;
  points_.push_back(is_falling ? greatest_ : least_);
  if (least_ != greatest_) points_.push_back(is_falling ? least_ : greatest_);
}

std::vector<Point> Downsample::take() {
  close();
  part_ = -1;
  return std::move(points_);
}

}  // namespace m2ag::host::history
