// What the machine says of its power and its clock: looked at on the health interval, told in the log and as an event when it changes, and
// shown in `health`. check() from one thread at a time, the rest from any.
#pragma once

#include <m2ag/value.h>

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "core/log.h"
#include "store/date_keeper.h"

namespace m2ag::host {

/// Whom to ask; nothing: this machine does not tell.
struct MachineSenses {
  std::function<std::optional<bool>()> undervoltage;
  std::function<std::optional<bool>()> synchronised;  ///< the clock, by the network
};

class MachineWatch {
 public:
  /// Publishes `event/<name>`.
  using Publish = std::function<void(std::string name, Value::Map body)>;

  MachineWatch(FloorClock& clock, DateKeeper& dates, Log& log, MachineSenses senses, Publish publish);

  void check();
  /// `undervoltage` and `clock`, as they were at the last check.
  void add_to(Value::Map& health) const;

 private:
  void look_at_supply();
  void look_at_clock();

  FloorClock& clock_;
  DateKeeper& dates_;
  Log& log_;
  const MachineSenses senses_;
  const Publish publish_;
  mutable std::mutex mutex_;  // what follows
  std::optional<bool> undervoltage_, synchronised_;
};

}  // namespace m2ag::host
