// When to send a PINGREQ (MQTT 5 §3.1.2.10): the broker must hear of us that often, and we of it. Knows no clock. Not safe for
// several threads.
#pragma once

#include <algorithm>
#include <chrono>

namespace m2ag::host::reader {

class KeepAlive {
 public:
  using Time = std::chrono::steady_clock::time_point;

  KeepAlive(std::chrono::seconds interval, Time now) : interval_(interval), sent_(now), received_(now), pinged_(now) {}

  void set_interval(std::chrono::seconds interval) { interval_ = interval; }
  void sent(Time now) { sent_ = now; }
  void received(Time now) { received_ = now; }
  void pinged(Time now) { pinged_ = now; }

  /// Far away when the interval is 0.
  Time next() const {
    if (interval_.count() == 0) return Time::max();
    return std::max(std::min(sent_, received_), pinged_) + interval_;
  }

 private:
  std::chrono::seconds interval_;
  Time sent_;
  Time received_;
  Time pinged_;
};

}  // namespace m2ag::host::reader
