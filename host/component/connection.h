// Whether the broker is there, for components that want to know. The MQTT client says so (host/cli/device_host); every change wakes the
// lanes of those who asked. Any thread.
#pragma once

#include <m2ag/context.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "core/lane.h"

namespace m2ag::host {

class Connection {
 public:
  /// `configured`: the descriptor names a broker at all.
  explicit Connection(bool configured) : configured_(configured) {}

  bool configured() const { return configured_; }
  /// What the descriptor says of it; nothing: there is none.
  void set_broker(std::optional<BrokerAccess> broker);
  std::optional<BrokerAccess> broker() const;
  bool connected() const;
  void set(bool connected);

  /// `handler` runs on `lane` with the newest state after each change, and no more once the handle is gone.
  Handle add(std::shared_ptr<Lane> lane, CallTag tag, std::function<void(bool connected)> handler);

 private:
  struct Entry;
  std::atomic<bool> configured_;
  mutable std::mutex mutex_;
  bool connected_ = false;
  std::optional<BrokerAccess> broker_;
  std::vector<std::weak_ptr<Entry>> entries_;
};

}  // namespace m2ag::host
