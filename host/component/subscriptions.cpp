#include "component/subscriptions.h"

#include <map>
#include <stdexcept>

namespace m2ag::host {

struct Subscriptions::Entry {
  std::string component, channel;
  std::shared_ptr<Lane> lane;
  std::function<void(const ChannelUpdate&)> handler;
  std::mutex mutex;
  std::map<std::string, EventPtr> waiting;  // newest per component/channel

  bool wants(const Event& event) const {
    return (component == "+" || component == event.component) && (channel == "+" || channel == event.name);
  }

  /// On the subscriber's lane.
  void deliver() {
    std::map<std::string, EventPtr> events;
    {
      const std::lock_guard lock(mutex);
      events.swap(waiting);
    }
    for (const auto& [key, event] : events) handler({event->component, event->name, event->value});
  }
};

Handle Subscriptions::add(std::string_view filter, std::shared_ptr<Lane> lane,
                          std::function<void(const ChannelUpdate&)> handler) {
  const auto slash = filter.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == filter.size() ||
      filter.find('/', slash + 1) != filter.npos) {
    throw std::invalid_argument("expected a filter \"component/channel\", found \"" + std::string(filter) + "\"");
  }
  auto entry = std::make_shared<Entry>();
  entry->component = filter.substr(0, slash);
  entry->channel = filter.substr(slash + 1);
  entry->lane = std::move(lane);
  entry->handler = std::move(handler);
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [](const auto& each) { return each.expired(); });
  entries_.push_back(entry);
  return entry;
}

void Subscriptions::apply(const EventPtr& event) {
  if (event->kind != EventKind::value && event->kind != EventKind::moment) return;
  const std::lock_guard lock(mutex_);
  for (const auto& weak : entries_) {
    const auto entry = weak.lock();
    if (!entry || !entry->wants(*event)) continue;
    bool first = false;
    {
      const std::lock_guard entry_lock(entry->mutex);
      first = entry->waiting.empty();
      entry->waiting[event->component + '/' + event->name] = event;
    }
    if (!first) continue;
    entry->lane->post(
        [weak] {
          if (const auto alive = weak.lock()) alive->deliver();
        },
        {"subscription", {}});
  }
}

}  // namespace m2ag::host
