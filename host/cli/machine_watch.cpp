#include "cli/machine_watch.h"

#include <chrono>
#include <cstdint>
#include <utility>

namespace m2ag::host {

MachineWatch::MachineWatch(FloorClock& clock, DateKeeper& dates, Log& log, MachineSenses senses, Publish publish)
    : clock_(clock), dates_(dates), log_(log), senses_(std::move(senses)), publish_(std::move(publish)) {}

void MachineWatch::check() {
  look_at_supply();
  look_at_clock();
}

void MachineWatch::look_at_supply() {
  const auto now = senses_.undervoltage();
  std::optional<bool> before;
  {
    const std::lock_guard lock(mutex_);
    before = std::exchange(undervoltage_, now);
  }
  if (!now || *now == before.value_or(false)) return;
  if (*now) {
    log_.warning("", "undervoltage: the board's supply is too low; look at power supply, cable and what hangs on USB");
    publish_("undervoltage_began", {});
  } else {
    log_.info("", "the board's supply is high enough again");
    publish_("undervoltage_ended", {});
  }
}

void MachineWatch::look_at_clock() {
  const auto now = senses_.synchronised();
  std::optional<bool> before;
  {
    const std::lock_guard lock(mutex_);
    before = std::exchange(synchronised_, now);
  }
  dates_.tick(now.value_or(false));
  if (!now || *now == before.value_or(true)) return;
  if (*now) {
    log_.info("", "the clock is synchronised");
    publish_("clock_synchronised", {});
  } else {
    log_.warning("", "the clock is not synchronised by the network (NTP): dates may be wrong");
    publish_("clock_unsynchronised", {});
  }
}

void MachineWatch::add_to(Value::Map& health) const {
  const std::lock_guard lock(mutex_);
  if (undervoltage_) health.emplace("undervoltage", *undervoltage_);
  Value::Map clock{{"floor", dates_.is_behind()}};
  if (synchronised_) clock.emplace("synchronised", *synchronised_);
  if (dates_.is_behind())
    clock.emplace("behind", std::chrono::duration_cast<std::chrono::seconds>(clock_.behind()).count());
  health.emplace("clock", std::move(clock));
}

}  // namespace m2ag::host
