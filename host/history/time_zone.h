// The distance of local time from UTC, from the time zone database of the system (RFC 8536) and not from the process's TZ: a history has
// its own zone, and does not change with the environment. Immutable: any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "history/sample.h"

namespace m2ag::host::history {

class TimeZone {
 public:
  /// `UTC`, or a name such as `Europe/Berlin`. Throws std::runtime_error with a sentence when there is no such zone.
  explicit TimeZone(std::string name = "UTC");
  /// From the bytes of such a file; throws std::runtime_error when they are none.
  TimeZone(std::string name, std::string_view file);

  const std::string& name() const { return name_; }
  /// Local time minus UTC in ms.
  Time offset_at(Time time) const;
  /// Every offset is a whole number of hours, as far as the database says.
  bool is_whole_hours() const;

 private:
  struct Change {
    Time time;
    Time offset;  ///< from then on
  };
  /// A day of a year in the last line of the file: the `week`th `weekday` (0: Sunday) of the month, `after` ms of local time.
  struct YearlyDay {
    int month = 0, week = 0, weekday = 0;
    Time after = 0;
  };

  void read_changes(std::string_view file);
  void read_rule(std::string_view rule);
  Time offset_by_rule(Time time) const;

  std::string name_;
  std::vector<Change> changes_;  ///< sorted; the first is what was before all others
  bool has_rule_ = false;        ///< for what comes after the last change
  Time standard_ = 0, summer_ = 0;
  YearlyDay summer_begin_, summer_end_;
};

}  // namespace m2ag::host::history
