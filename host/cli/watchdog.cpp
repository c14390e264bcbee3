#include "cli/watchdog.h"

#include "component/lane_timer.h"

namespace m2ag::host {

Watchdog::Watchdog(const ServiceManager& service, Executor& executor, Scheduler& scheduler)
    : lane_(Lane::create(executor, "watchdog")) {
  if (const auto time = service.watchdog())
    ticker_ = lane_ticker(scheduler, lane_, *time / 3, {"watchdog"}, [&service] { service.feed_watchdog(); });
}

}  // namespace m2ag::host
