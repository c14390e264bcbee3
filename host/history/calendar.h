// Where the periods of the rollups begin and end: minutes, five minutes and hours of UTC, days of local time, which have 23 or 25 hours
// when the clock changes. Immutable: any thread.
#pragma once

#include <array>

#include "history/time_zone.h"

namespace m2ag::host::history {

/// In chunks the raw samples are level 0. The numbers are in the file.
enum class Level : std::uint8_t { raw = 0, minute = 1, five_minutes = 2, hour = 3, day = 4 };
inline constexpr std::array kRollups{Level::minute, Level::five_minutes, Level::hour, Level::day};

class Calendar {
 public:
  explicit Calendar(TimeZone zone = TimeZone());

  const TimeZone& zone() const { return zone_; }
  /// Of the period that `time` is in; not for Level::raw.
  Time start(Level level, Time time) const;
  /// Of the period that begins at `start`: the first ms that is not in it.
  Time end(Level level, Time start) const;
  /// The finer level whose periods make up those of `level`: a day has hours, or five minutes where the zone is not a whole hour off.
  Level parts_of(Level level) const;

 private:
  Time day_start(Time time) const;

  TimeZone zone_;
  Level parts_of_day_;
};

/// In ms; of a day, 24 hours.
Time width_of(Level level);

}  // namespace m2ag::host::history
