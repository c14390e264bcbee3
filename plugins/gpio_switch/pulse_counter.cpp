#include "pulse_counter.h"

#include <algorithm>

namespace gpio_switch {
namespace {

double minutes(std::chrono::nanoseconds time) { return std::chrono::duration<double, std::ratio<60>>(time).count(); }

}  // namespace

void PulseRate::pulses(std::uint64_t count, Time time) {
  if (count == 0) return;
  // After a silence the first pulse only begins a measurement: how long it took nobody knows.
  if (!begin_ || (last_ && time - *last_ > timeout_)) {
    begin_ = time;
    count_ = 0;
    rate_ = 0;
  } else {
    count_ += count;
  }
  last_ = time;
}

double PulseRate::per_minute(Time now) {
  if (!last_ || now - *last_ > timeout_) return rate_ = 0;
  if (count_ > 0 && *last_ > *begin_) {
    rate_ = static_cast<double>(count_) / minutes(*last_ - *begin_);
    begin_ = last_;
    count_ = 0;
    return rate_;
  }
  const double silence = minutes(now - *last_);
  return silence > 0 ? std::min(rate_, 1 / silence) : rate_;
}

}  // namespace gpio_switch
