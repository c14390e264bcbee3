// All components of a host: makes them, starts and stops them, watches how long their calls take. Stopping is bounded in time: a component
// that misses its deadline is abandoned and reported, never waited for.
// Public functions from one thread (the host's main thread), `find` from any.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "component/instance.h"
#include "component/services.h"

namespace m2ag::host {

class Supervisor {
 public:
  explicit Supervisor(Services& services) : services_(services) {}
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  /// Constructs every component, which touches no hardware; ids are unique.
  void add(std::vector<InstanceConfig> configs);
  /// Starts all, each on its lane, and the watch over their calls.
  void start();
  /// Stops all at the same time. False when one missed the deadline of 5 s: its thread is still in the plugin's code.
  bool stop();

  /// Null when there is none.
  std::shared_ptr<Instance> find(std::string_view id) const;
  const std::map<std::string, std::shared_ptr<Instance>, std::less<>>& instances() const { return instances_; }

 private:
  struct LaneEntry {
    std::shared_ptr<Lane> lane;
    std::vector<std::shared_ptr<Instance>> instances;
    Clock::time_point warned_for{};  ///< start of the call that was reported as slow
  };
  LaneEntry& lane_for(const InstanceConfig& config);
  /// On the scheduler's thread, twice a second.
  void watch();
  void watch_lane(LaneEntry& entry, Clock::time_point now);

  Services& services_;
  std::map<std::string, LaneEntry, std::less<>> lanes_;
  std::map<std::string, std::shared_ptr<Instance>, std::less<>> instances_;
  TimerId watch_timer_ = 0;
};

}  // namespace m2ag::host
