// Fewer points of a curve that look like all of them: of each part of the time the least and the greatest value, in their order.
// Not thread-safe.
#pragma once

#include <span>
#include <vector>

#include "history/bucket.h"
#include "history/reader.h"

namespace m2ag::host::history {

class Downsample {
 public:
  /// At most `most` points, at least 2, of [from, to).
  Downsample(Time from, Time to, std::size_t most);

  /// In the order of time.
  void add(std::span<const Sample> samples);
  void add(std::span<const Bucket> buckets);
  std::vector<Point> take();

 private:
  void add(Point point);
  void close();

  Time from_, width_;
  std::vector<Point> points_;
  Time part_ = -1;  ///< the one that is open
  Point least_, greatest_;
};

}  // namespace m2ag::host::history
