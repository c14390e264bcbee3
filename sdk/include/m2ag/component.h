// What a plugin implements: a Component, and any of the capability interfaces that the host finds by dynamic_cast.
// The host calls a component on its lane: never two calls at once. You may block there; only you wait, and a call over its budget is
// reported by name. Constructors touch no hardware and start no threads. These interfaces are frozen: a new ability is a new interface.
#pragma once

#include <stop_token>
#include <string_view>
#include <utility>

#include "context.h"

namespace m2ag {

class Component {
 public:
  explicit Component(Context& context) : context_(context) {}
  virtual ~Component() = default;
  Component(const Component&) = delete;
  Component& operator=(const Component&) = delete;

  /// [lane] Takes hold of the device. Throw ConfigError or DeviceError to fail.
  virtual void start() {}
  /// [lane] Lets go of it, in its safe state; joins threads it started. Also called after a start that threw. Deadline 5 s: after that
  /// the component is abandoned and reported, never unloaded.
  virtual void stop() noexcept {}

 protected:
  Context& context() const { return context_; }
  void publish(std::string_view channel, Value value) { context_.publish(channel, std::move(value)); }

 private:
  Context& context_;
};

/// Measures: the host calls `sample` each `interval` of the descriptor.
class Sensor {
 public:
  virtual ~Sensor() = default;
  /// [lane] Reads and publishes. Throw DeviceError when there is no value: never publish an invented one.
  virtual void sample() = 0;
};

/// Is on or off: gets the writable main channel `state`.
class Switch {
 public:
  virtual ~Switch() = default;
  /// [lane] Sets the output and publishes `state`. Throw CommandError to refuse, DeviceError when the device failed.
  virtual void set(bool on) = 0;
};

/// Runs a program of its own (a server, a watcher) on a thread the host gives it, beside the lane.
class Service {
 public:
  virtual ~Service() = default;
  /// [own thread] Returns soon after the stop is requested. Returning earlier or throwing is a failure, and is retried.
  virtual void run(std::stop_token stop) = 0;
};

/// Takes new values of `runtime` parameters while running; without it the host restarts the component.
template <class Params>
class Reconfigurable {
 public:
  virtual ~Reconfigurable() = default;
  /// [lane] Throw ConfigError to refuse: the old values stay.
  virtual void reconfigure(const Params& params) = 0;
};

}  // namespace m2ag
