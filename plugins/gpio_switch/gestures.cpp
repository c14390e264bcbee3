#include "gestures.h"

#include <utility>

namespace gpio_switch {

void Gestures::reset(bool active) {
  active_ = active;
  pressed_.reset();
  first_release_.reset();
  held_ = false;
}

Gestures::Events Gestures::edge(bool active, Time time) {
  Events events = expire(time);  // a lane that was busy hears of the edge before its timer
  if (active == active_) return events;
  active_ = active;
  active ? press(time) : release(time, events);
  return events;
}

void Gestures::press(Time time) {
  pressed_ = time;
  held_ = false;
}

void Gestures::release(Time time, Events& events) {
  const auto pressed = std::exchange(pressed_, std::nullopt);
  if (!pressed || std::exchange(held_, false)) return;
  const bool second = std::exchange(first_release_, std::nullopt).has_value();
  if (settings_.click.count() == 0 || time - *pressed > settings_.click) {
    if (second) events.push_back("click");  // the first of the two was one
    return;
  }
  if (second) {
    events.push_back("double");
  } else if (settings_.double_click.count() == 0) {
    events.push_back("click");
  } else {
    first_release_ = time;
  }
}

Gestures::Events Gestures::expire(Time now) {
  Events events;
  if (active_) {
    if (settings_.hold.count() == 0 || !pressed_ || held_ || now - *pressed_ < settings_.hold) return events;
    if (std::exchange(first_release_, std::nullopt)) events.push_back("click");
    events.push_back("long");
    held_ = true;
  } else if (first_release_ && now - *first_release_ >= settings_.double_click) {
    first_release_.reset();
    events.push_back("click");
  }
  return events;
}

std::optional<Gestures::Time> Gestures::deadline() const {
  if (active_) {
    if (settings_.hold.count() == 0 || !pressed_ || held_) return std::nullopt;
    return *pressed_ + settings_.hold;
  }
  if (!first_release_) return std::nullopt;
  return *first_release_ + settings_.double_click;
}

}  // namespace gpio_switch
