// Timers whose work runs on a lane and which end with their handle.
#pragma once

#include <m2ag/context.h>

#include <chrono>
#include <functional>
#include <memory>

#include "core/lane.h"
#include "core/scheduler.h"

namespace m2ag::host {

/// Once after `delay`.
Handle lane_timer(Scheduler& scheduler, const std::shared_ptr<Lane>& lane, std::chrono::microseconds delay, CallTag tag,
                  std::function<void()> task);

/// Each `interval`; a tick that finds the last one still waiting or running is skipped.
Handle lane_ticker(Scheduler& scheduler, const std::shared_ptr<Lane>& lane, std::chrono::microseconds interval,
                   CallTag tag, std::function<void()> task);

}  // namespace m2ag::host
