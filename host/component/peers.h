// What a component asks of another one of its device: a set or a command that takes the same checks and the same lane as one that comes by
// MQTT, and whose answer comes back to the component. Nobody waits for anybody here, so that two components may set each other.
// Any thread, once attached.
#pragma once

#include <m2ag/context.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "component/availability.h"
#include "component/command.h"
#include "component/roster.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/registry.h"

namespace m2ag::host {

class Instance;
class Supervisor;

class Peers {
 public:
  Peers(const Clock& clock, Log& log, const Registry& registry) : clock_(clock), log_(log), registry_(registry) {}
  /// Before the first component is started. `supervisor` outlives every component.
  void attach(const Supervisor& supervisor) { supervisor_ = &supervisor; }

  /// Before the first component is started: `component` is isolated, this is its process, and there are no others here.
  void alone(std::string component) { alone_ = std::move(component); }

  /// Who asks: a component, and its command that is being carried out meanwhile (null: none).
  struct Origin {
    std::string_view component;
    std::shared_ptr<Command> command;
  };
  /// `done` is called from any thread; without it the refusal is that of the origin's command, or is logged.
  void set(const Origin& origin, const ChannelName& channel, const Value& value, CommandDone done);
  void run(const Origin& origin, std::string_view component, std::string_view command, const Value& arguments,
           CommandDone done);

  std::optional<Value> value(const ChannelName& channel) const;
  /// Throws DeviceError.
  ChannelSpec channel(const ChannelName& channel) const;

  Availability& availability() { return availability_; }
  /// Filled before the first component is started.
  Roster& roster() { return roster_; }

 private:
  std::shared_ptr<Command> make_command(const Origin& origin, std::string_view component, std::string name,
                                        CommandDone done);
  /// Why it may not even be asked; nothing: it may.
  static std::optional<Refusal> not_allowed(const Origin& origin, std::string_view component, const Command& command);
  std::shared_ptr<Instance> find(std::string_view component) const;
  Refusal unknown(std::string_view component) const;
  /// Why it cannot be reached although it is there: it runs in another process. Nothing: it can.
  static std::optional<Refusal> apart(const Instance& instance);

  const Clock& clock_;
  Log& log_;
  const Registry& registry_;
  Availability availability_;
  Roster roster_;
  const Supervisor* supervisor_ = nullptr;
  std::string alone_;
};

}  // namespace m2ag::host
