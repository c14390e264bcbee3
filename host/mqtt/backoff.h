// How long to wait before the next try: doubles up to a limit, with jitter so that many devices do not return in the same second.
// Not safe for several threads.
#pragma once

#include <chrono>
#include <random>

namespace m2ag::host {

class Backoff {
 public:
  using Duration = std::chrono::milliseconds;

  Backoff(Duration first, Duration most, std::uint64_t seed)
      : first_(first), most_(most), base_(first), random_(seed) {}

  /// Half to whole of the base, which then doubles.
  Duration next() {
    const auto base = base_;
    base_ = std::min(base_ * 2, most_);
    return Duration(std::uniform_int_distribution<Duration::rep>(base.count() / 2, base.count())(random_));
  }
  void reset() { base_ = first_; }

 private:
  Duration first_;
  Duration most_;
  Duration base_;
  std::mt19937_64 random_;
};

}  // namespace m2ag::host
