// Does what is asked for often at most once an interval: writing a counter to the SD card, publishing what changes a thousand times a
// second. On the component's lane only; must not outlive the context.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <utility>

#include "context.h"

namespace m2ag {

class Throttle {
 public:
  Throttle(Context& context, std::chrono::microseconds interval, std::function<void()> task)
      : context_(context), interval_(interval), task_(std::move(task)) {}

  /// [lane] Runs the task now, or once at the end of the interval in which it has run already.
  void ask() {
    if (timer_) return;
    const auto now = context_.now();
    if (!ran_ || now - *ran_ >= interval_) return run();
    const auto left = std::chrono::ceil<std::chrono::microseconds>(*ran_ + interval_ - now);
    timer_ = context_.after(left, [this] { run(); });
  }
  /// [lane] What was put off runs now: in stop().
  void flush() {
    if (timer_) run();
  }

 private:
  void run() {
    timer_.reset();
    ran_ = context_.now();
    task_();
  }

  Context& context_;
  const std::chrono::microseconds interval_;
  const std::function<void()> task_;
  std::optional<std::chrono::steady_clock::time_point> ran_;
  Handle timer_;
};

}  // namespace m2ag
