#include "component/availability.h"

#include <optional>
#include <utility>

namespace m2ag::host {

struct Availability::Entry {
  std::string component;
  std::shared_ptr<Lane> lane;
  CallTag tag;
  std::function<void(bool)> handler;
  std::optional<bool> told = std::nullopt;  // on the lane
  bool waiting = false;                     // with the lock: a call is on its way
};

Handle Availability::add(std::string_view component, std::shared_ptr<Lane> lane, CallTag tag,
                         std::function<void(bool)> handler) {
  auto entry = std::make_shared<Entry>(Entry{std::string(component), std::move(lane), tag, std::move(handler)});
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [](const auto& each) { return each.expired(); });
  entries_.push_back(entry);
  wake(entry);
  return entry;
}

void Availability::apply(const EventPtr& event) {
  if (event->kind != EventKind::availability) return;
  const std::lock_guard lock(mutex_);
  online_[event->component] = event->value.as_bool();
  for (const auto& weak : entries_) {
    const auto entry = weak.lock();
    if (entry && entry->component == event->component) wake(entry);
  }
}

bool Availability::online(const std::string& component) const {
  const auto entry = online_.find(component);
  return entry != online_.end() && entry->second;
}

void Availability::wake(const std::shared_ptr<Entry>& entry) {
  if (std::exchange(entry->waiting, true)) return;
  entry->lane->post(
      [this, weak = std::weak_ptr(entry)] {
        const auto alive = weak.lock();
        if (!alive) return;
        bool now = false;
        {
          const std::lock_guard lock(mutex_);
          alive->waiting = false;
          now = online(alive->component);
        }
        if (std::exchange(alive->told, now) != now) alive->handler(now);
      },
      entry->tag);
}

}  // namespace m2ag::host
