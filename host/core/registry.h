// The newest of everything that has a newest: channel values, registers, status and availability of each component. A sink of the bus.
// Any thread. Snapshots are what is published again when the broker returns.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/event.h"

namespace m2ag::host {

class Registry {
 public:
  /// Bus sink. Moments and device events have no newest and are passed over.
  void apply(const EventPtr& event);

  /// The newest value of a channel, or nothing before the first.
  std::optional<Value> value(std::string_view component, std::string_view channel) const;

  std::vector<std::string> components() const;

  /// The newest events of a component: status and availability first, then values and registers in the order of their names.
  std::vector<EventPtr> snapshot(std::string_view component) const;

  /// Forgets a component that is no longer configured; returns what was known, so that its topics can be cleared.
  std::vector<EventPtr> remove(std::string_view component);
  /// Likewise the values of channels and registers that a component no longer has: those not in `channels` and `registers`.
  std::vector<EventPtr> remove_values(std::string_view component, const std::set<std::string, std::less<>>& channels,
                                      const std::set<std::string, std::less<>>& registers);

 private:
  struct Entry {
    EventPtr status, availability;
    std::map<std::string, EventPtr, std::less<>> values, registers;
  };
  static void append(const Entry& entry, std::vector<EventPtr>& out);

  mutable std::mutex mutex_;
  std::map<std::string, Entry, std::less<>> components_;
};

}  // namespace m2ag::host
