// What the presses of a button mean: click, double, long. Knows times only as it is told them, on one clock; no thread, no timer.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

namespace gpio_switch {

class Gestures {
 public:
  using Time = std::chrono::nanoseconds;
  struct Settings {
    std::chrono::microseconds click{0};  ///< a press up to so long is a click; 0: none
    std::chrono::microseconds double_click{
        0};  ///< from one click's release to the next press; 0: none, and a click is told at once
    std::chrono::microseconds hold{0};  ///< a press is long from then on; 0: none
  };
  /// "click", "double", "long", in their order.
  using Events = std::vector<std::string_view>;

  explicit Gestures(const Settings& settings) : settings_(settings) {}

  /// The contact went to this level at this time. An edge that is none (the same level again) says nothing.
  Events edge(bool active, Time time);
  /// What the passing of time alone decides: call it at `deadline()`, or later.
  Events expire(Time now);
  std::optional<Time> deadline() const;
  /// Forgets what has begun; the contact is in this position, since nobody knows when.
  void reset(bool active);

 private:
  void press(Time time);
  void release(Time time, Events& events);

  Settings settings_;
  bool active_ = false;
  std::optional<Time> pressed_;        ///< of a press that may still become a click or a long one
  bool held_ = false;                  ///< it has been told as long
  std::optional<Time> first_release_;  ///< of a click that may be the first of two
};

}  // namespace gpio_switch
