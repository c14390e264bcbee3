// Which components are online, for components that depend on them: a sink of the bus that wakes the lanes of those who asked. Any thread.
#pragma once

#include <m2ag/context.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/event.h"
#include "core/lane.h"

namespace m2ag::host {

class Availability {
 public:
  /// `handler` runs on `lane` with what is now, then after each change, and no more once the handle is gone. Who has never been online,
  /// or is not there, is offline.
  Handle add(std::string_view component, std::shared_ptr<Lane> lane, CallTag tag, std::function<void(bool)> handler);

  /// Bus sink.
  void apply(const EventPtr& event);

 private:
  struct Entry;
  void wake(const std::shared_ptr<Entry>& entry);
  bool online(const std::string& component) const;

  mutable std::mutex mutex_;
  std::map<std::string, bool, std::less<>> online_;
  std::vector<std::weak_ptr<Entry>> entries_;
};

}  // namespace m2ag::host
