// What happens inside a host, as immutable records on the bus: a channel's new value, a moment, a component's status,
// a register's value, a device event.
#pragma once

#include <m2ag/channel.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace m2ag::host {

enum class EventKind {
  value,           ///< a channel has a new value: `name` is the channel
  moment,          ///< an event channel fired: `name` is the channel, `value` its type
  status,          ///< `value` is a map: state, reason
  availability,    ///< `value` is true when online
  register_value,  ///< `name` is the register, `value` its text; null: it has no value
  device,          ///< `name` is the type (component_failed, …), `value` a map
};

struct Event {
  EventKind kind = EventKind::value;
  std::string component;  ///< empty for a device event about the host itself
  std::string name;
  Value value;
  /// Of `value` and `moment`: what the channel is. Lives as long as the event.
  std::shared_ptr<const ChannelSpec> channel = nullptr;
  std::uint64_t sequence = 0;                    ///< set by the bus; grows by one an event
  std::chrono::system_clock::time_point time{};  ///< set by the bus
};

using EventPtr = std::shared_ptr<const Event>;

}  // namespace m2ag::host
