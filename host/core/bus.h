// The bus inside a host: every event goes to every sink, on the publisher's thread, in the order of publication per component.
// Sinks (registry, MQTT bridge, subscriptions of lanes) return at once, never block and never publish.
// publish() from any thread; sinks are added before the first publication.
#pragma once

#include <atomic>
#include <functional>
#include <vector>

#include "core/clock.h"
#include "core/event.h"

namespace m2ag::host {

class Bus {
 public:
  using Sink = std::function<void(const EventPtr&)>;

  explicit Bus(const Clock& clock) : clock_(clock) {}
  void add_sink(Sink sink) { sinks_.push_back(std::move(sink)); }

  EventPtr publish(Event event) {
    event.sequence = next_.fetch_add(1, std::memory_order_relaxed);
    event.time = clock_.system_now();
    EventPtr shared = std::make_shared<const Event>(std::move(event));
    for (const Sink& sink : sinks_) sink(shared);
    return shared;
  }

 private:
  const Clock& clock_;
  std::atomic<std::uint64_t> next_{1};
  std::vector<Sink> sinks_;
};

}  // namespace m2ag::host
