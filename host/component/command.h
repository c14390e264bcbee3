// A command on its way through a component's lane, and the way its answer goes.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "component/payload.h"
#include "core/message.h"

namespace m2ag::host {

/// Answers leave here; called from any thread, returns at once.
using ReplySink = std::function<void(Reply)>;

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
};

}  // namespace m2ag::host
