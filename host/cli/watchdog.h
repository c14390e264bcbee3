// Feeds the service manager's watchdog at a third of its time, by way of a timer and a lane: when the scheduler or the executor stands
// still, so does the feeding, and the host is started again. It asks nobody how he is. Any thread.
#pragma once

#include <m2ag/context.h>

#include <memory>

#include "core/executor.h"
#include "core/lane.h"
#include "core/scheduler.h"
#include "system/service_manager.h"

namespace m2ag::host {

class Watchdog {
 public:
  /// Does nothing when `service` has no watchdog. All three outlive it.
  Watchdog(const ServiceManager& service, Executor& executor, Scheduler& scheduler);

 private:
  std::shared_ptr<Lane> lane_;
  Handle ticker_;
};

}  // namespace m2ag::host
