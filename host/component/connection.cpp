#include "component/connection.h"

#include <utility>

namespace m2ag::host {

struct Connection::Entry {
  std::shared_ptr<Lane> lane;
  CallTag tag;
  std::function<void(bool)> handler;
  bool told;             // on the lane
  bool waiting = false;  // with the connection's lock: a call is on its way
};

void Connection::set_broker(std::optional<BrokerAccess> broker) {
  const std::lock_guard lock(mutex_);
  configured_ = broker.has_value();
  broker_ = std::move(broker);
}

std::optional<BrokerAccess> Connection::broker() const {
  const std::lock_guard lock(mutex_);
  return broker_;
}

bool Connection::connected() const {
  const std::lock_guard lock(mutex_);
  return connected_;
}

void Connection::set(bool connected) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(connected_, connected) == connected) return;
  std::erase_if(entries_, [](const auto& each) { return each.expired(); });
  for (const auto& weak : entries_) {
    const auto entry = weak.lock();
    if (!entry || std::exchange(entry->waiting, true)) continue;
    entry->lane->post(
        [this, weak] {
          const auto alive = weak.lock();
          if (!alive) return;
          bool now = false;
          {
            const std::lock_guard inner(mutex_);
            alive->waiting = false;
            now = connected_;
          }
          // There and back before the lane had time for it: nothing has changed.
          if (std::exchange(alive->told, now) != now) alive->handler(now);
        },
        entry->tag);
  }
}

Handle Connection::add(std::shared_ptr<Lane> lane, CallTag tag, std::function<void(bool)> handler) {
  const std::lock_guard lock(mutex_);
  auto entry = std::make_shared<Entry>(Entry{std::move(lane), tag, std::move(handler), connected_});
  entries_.push_back(entry);
  return entry;
}

}  // namespace m2ag::host
