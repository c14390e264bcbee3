// Local subscriptions of components to channels of this device: a sink of the bus that wakes the subscriber's lane.
// The newest value per channel waits; a slow subscriber skips values, never delays the publisher. Any thread.
#pragma once

#include <m2ag/context.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/event.h"
#include "core/lane.h"

namespace m2ag::host {

class Subscriptions {
 public:
  /// `filter` is "component/channel"; `+` stands for any. Throws std::invalid_argument on another form. The handler runs on `lane`, and
  /// no more once the handle is gone.
  Handle add(std::string_view filter, std::shared_ptr<Lane> lane, std::function<void(const ChannelUpdate&)> handler);

  /// Bus sink.
  void apply(const EventPtr& event);

 private:
  struct Entry;
  std::mutex mutex_;
  std::vector<std::weak_ptr<Entry>> entries_;
};

}  // namespace m2ag::host
