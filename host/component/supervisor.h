// All components of a host: makes them, starts and stops them, watches how long their calls take. Stopping is bounded in time: a component
// that misses its deadline is abandoned and reported, never waited for.
// Components come and go while the others run. `find` and `instances` from any thread; all else from one (the host's main thread).
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
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
  /// Asked of each component before it is started for the first time: not to be started, and shown like this.
  struct Hold {
    InstanceState state;
    std::string reason;
  };
  void hold_back(std::function<std::optional<Hold>(const InstanceConfig&)> rule) { hold_back_ = std::move(rule); }
  /// Starts all, each on its lane, and the watch over their calls.
  void start();
  /// Stops all at the same time. False when one missed the deadline of 5 s, now or before: its thread is still in the plugin's code.
  bool stop();

  /// Stops these at the same time, all others run on. Those that missed the deadline are returned, and left behind. Until `replace` they can
  /// still be found, and refuse every command.
  std::vector<std::string> stop(const std::vector<std::string>& ids);
  /// Forgets those that were stopped, makes these, calls `before_start` and starts them.
  void replace(const std::vector<std::string>& stopped, std::vector<InstanceConfig> configs,
               const std::function<void()>& before_start = {});

  /// A register has been set: a component that is quarantined is tried again. Any thread.
  void settings_changed(std::string_view id) const;

  using Instances = std::map<std::string, std::shared_ptr<Instance>, std::less<>>;
  /// Null when there is none.
  std::shared_ptr<Instance> find(std::string_view id) const;
  /// As they are now.
  Instances instances() const;

 private:
  struct LaneEntry {
    std::shared_ptr<Lane> lane;
    std::vector<std::shared_ptr<Instance>> instances;
    Clock::time_point warned_for{};  ///< start of the call that was reported as slow
  };
  struct Abandoned {
    std::shared_ptr<Instance> instance;  ///< its thread is in it
    std::future<void> stopped;
  };
  std::vector<std::string> stop_all(const Instances& instances);
  void remove(const std::string& id);
  LaneEntry& lane_for(const InstanceConfig& config);
  /// On the scheduler's thread, twice a second.
  void watch();
  void watch_lane(LaneEntry& entry, Clock::time_point now);

  void start_one(Instance& instance);

  Services& services_;
  std::function<std::optional<Hold>(const InstanceConfig&)> hold_back_;
  mutable std::mutex mutex_;  // lanes_ and instances_
  std::map<std::string, LaneEntry, std::less<>> lanes_;
  Instances instances_;
  std::vector<Abandoned> abandoned_;
  TimerId watch_timer_ = 0;
};

}  // namespace m2ag::host
