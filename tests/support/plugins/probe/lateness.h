// How late a component's ticks came. One thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <vector>

#include "probe.h"

namespace probe {

class Lateness {
 public:
  void add(std::chrono::steady_clock::duration late) {
    late_.push_back(std::chrono::duration<double, std::micro>(late).count());
  }

  /// Microseconds, percentiles of all since this was asked last; `calls` is how many these are.
  m2ag::Value::Map take() {
    std::sort(late_.begin(), late_.end());
    m2ag::Value::Map map{{"calls", late_.size()}};
    if (!late_.empty()) {
      map.emplace("p50", late_[late_.size() / 2]);
      map.emplace("p99", late_[late_.size() * 99 / 100]);
      map.emplace("max", late_.back());
    }
    late_.clear();
    return map;
  }

 private:
  std::vector<double> late_;
};

}  // namespace probe
