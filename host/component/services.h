// What every component of a host shares. Owned by the host (host/cli/run), outlives every instance.
#pragma once

#include <string>

#include "component/command.h"
#include "component/connection.h"
#include "component/peers.h"
#include "component/shared_failures.h"
#include "component/subscriptions.h"
#include "core/bus.h"
#include "core/clock.h"
#include "core/executor.h"
#include "core/lane.h"
#include "core/log.h"
#include "core/registry.h"
#include "core/scheduler.h"
#include "hardware/hardware.h"
#include "store/state_store.h"

namespace m2ag::host {

struct Services {
  std::string device;
  const Clock& clock;
  Log& log;
  Executor& executor;
  Scheduler& scheduler;
  Bus& bus;
  Registry& registry;
  Subscriptions& subscriptions;
  StateStore& store;
  Hardware& hardware;
  Connection& connection;
  Peers& peers;
  SharedFailures& failures;
  ReplySink reply;
  /// In the process of an isolated component: the command with that number is done, and its success needs no reply. Otherwise empty.
  std::function<void(std::uint64_t handed)> answered = {};
};

}  // namespace m2ag::host
