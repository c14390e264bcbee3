// The readings of a sensor: on a grid without drift, and one that failed is tried again before the component counts as failed. On a long
// wire one transfer in a few hundred goes wrong: a component that went offline for each would be of no use.
#include <algorithm>

#include "component/instance.h"
#include "component/lane_timer.h"

namespace m2ag::host {
namespace {

using std::chrono::microseconds;

constexpr int kTries = 3;  // of one reading

/// Three tries end well before the next reading: a device that is gone is known to be before two intervals are over.
microseconds pause_between_tries(microseconds interval) {
  return std::clamp<microseconds>(interval / 5, std::chrono::milliseconds(10), std::chrono::seconds(1));
}

}  // namespace

void Instance::start_sampling() {
  sample_timer_ = lane_ticker(services_.scheduler, lane_, interval_, {"sample", config_.id}, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->sample_now();
  });
  sample_now();
}

void Instance::sample_now() {
  auto* sensor = dynamic_cast<Sensor*>(component_.get());
  if (sensor == nullptr) return;
  again_timer_.reset();
  call_plugin([this, sensor] {
    try {
      sensor->sample();
    } catch (const DeviceError& error) {
      if (!sample_again(error.what())) throw;
      return;
    }
    failed_tries_ = 0;
    has_sampled_ = true;
    if (!stale_) set_online(true);
    retry_delay_ = kFirstRetry;
  });
}

bool Instance::sample_again(const std::string& reason) {
  // A start has its own retries: a device that was never there is not asked three times each.
  if (!has_sampled_ || ++failed_tries_ >= kTries) return false;
  errors_.fetch_add(1, std::memory_order_relaxed);
  services_.log.debug(config_.id, "reading failed, is tried again: {}", redact_(reason));
  again_timer_ = lane_timer(services_.scheduler, lane_, pause_between_tries(interval_), {"sample", config_.id},
                            [weak = weak_from_this()] {
                              if (const auto self = weak.lock()) self->sample_now();
                            });
  return true;
}

// A sensor whose device is plugged in again is back after about an interval, however long it was gone.
std::chrono::seconds Instance::longest_retry() const {
  if (interval_.count() == 0 || config_.isolated) return kLastRetry;
  return std::clamp(std::chrono::duration_cast<std::chrono::seconds>(interval_), kFirstRetry, kLastRetry);
}

}  // namespace m2ag::host
