#include "history/calendar.h"

namespace m2ag::host::history {
namespace {

constexpr Time kMinute = 60'000, kHour = 60 * kMinute, kDay = 24 * kHour;

Time round_down(Time time, Time width) {
  const Time rest = time % width;
  return time - (rest < 0 ? rest + width : rest);
}

}  // namespace

Time width_of(Level level) {
  switch (level) {
    case Level::raw: return 1;
    case Level::minute: return kMinute;
    case Level::five_minutes: return 5 * kMinute;
    case Level::hour: return kHour;
    case Level::day: break;
  }
  return kDay;
}

Calendar::Calendar(TimeZone zone)
    : zone_(std::move(zone)), parts_of_day_(zone_.is_whole_hours() ? Level::hour : Level::five_minutes) {}

Time Calendar::start(Level level, Time time) const {
  return level == Level::day ? day_start(time) : round_down(time, width_of(level));
}

Time Calendar::end(Level level, Time start) const {
  // Two hours into the next day: after one of 25 hours, an hour into it.
  return level == Level::day ? day_start(start + 26 * kHour) : start + width_of(level);
}

Level Calendar::parts_of(Level level) const {
  return level == Level::day ? parts_of_day_ : level == Level::hour ? Level::five_minutes : Level::minute;
}

Time Calendar::day_start(Time time) const {
  const Time offset = zone_.offset_at(time);
  const Time midnight = round_down(time + offset, kDay);
  // The clock may have changed since midnight.
  return midnight - zone_.offset_at(midnight - offset);
}

}  // namespace m2ag::host::history
