// Remembers the date over restarts: keeps the newest in the device database, and has the clock begin no earlier. It is written with
// everything else that is, so that no date in the database is after it; alone at growing distances after the start, every ten minutes at
// most, which an SD card does not feel. Made before anybody asks the clock. tick() and save() from one thread at a time, the rest from any.
#pragma once

#include <atomic>
#include <chrono>

#include "core/floor_clock.h"
#include "core/log.h"
#include "store/state_store.h"

namespace m2ag::host {

class DateKeeper {
 public:
  using Date = Clock::system_time_point;

  /// Raises the clock to what was kept, at least to `release`, a date that is past for sure. The clock must outlive the store's writes.
  DateKeeper(FloorClock& clock, StateStore& store, Log& log, Date release);

  /// What the clock began with at the least.
  Date floor() const { return floor_; }
  /// The date of the machine is not the one that counts.
  bool is_behind() const { return clock_.behind() >= kWorthTelling; }

  /// Every now and then. `synchronised`: the machine's date is right, even when it is before what was kept.
  void tick(bool synchronised);
  void save();

 private:
  // Less than this comes of a restart within the same second, or of a clock that is pulled back a little by the network.
  static constexpr std::chrono::seconds kWorthTelling{10};

  FloorClock& clock_;
  StateStore& store_;
  Log& log_;
  const Clock::time_point start_;
  Clock::time_point saved_;
  Date floor_;
  bool told_ = false;
};

}  // namespace m2ag::host
