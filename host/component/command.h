// A command on its way through a component's lane, and the way its answer goes.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "component/payload.h"
#include "core/message.h"

namespace m2ag::host {

/// Answers leave here; called from any thread, returns at once.
using ReplySink = std::function<void(Reply)>;

/// The answer to a command of another component of this device; called from any thread, returns at once.
using CommandDone = std::function<void(const std::optional<Refusal>& refusal, const Value& data)>;

class Followers;

/// One channel to set. All of a command's channels have been checked before the first is set.
struct ChannelSet {
  std::shared_ptr<const ChannelSpec> channel;
  SetRequest request;
};

struct Command {
  std::string name;  ///< the topic's part behind the component: "state/set", "reset/run"
  ReplyAddress address;
  bool broadcast = false;  ///< sent to `all` or a group: a component that is not here is no error
  std::chrono::steady_clock::time_point deadline;
  std::vector<ChannelSet> sets;
  std::shared_ptr<const CommandSpec> run;  ///< null for a set
  Value arguments;

  CommandDone done;                      ///< of another component's command: its answer goes there, not to MQTT
  std::vector<std::string> path;         ///< the commands that led to it, the first one first: "lights/state/set"
  std::shared_ptr<Followers> followers;  ///< on the lane, while it is carried out: what it asked of others

  std::optional<Value::Map> registers;  ///< new values of registers by name; null: the descriptor's again
  bool request = false;                 ///< sent as `request/<name>`: the answer goes to `response/<name>`

  /// Whether success is answered too.
  bool wants_answer() const { return done || request || address.wanted(); }
};

}  // namespace m2ag::host
