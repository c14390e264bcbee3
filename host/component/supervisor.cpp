#include "component/supervisor.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <utility>

namespace m2ag::host {
namespace {

constexpr std::chrono::milliseconds kWatchInterval{500};
constexpr std::chrono::seconds kStopDeadline{5};
constexpr std::chrono::seconds kCallBudget{1};  // over it: one warning; over ten times: stuck

double seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

Supervisor::~Supervisor() {
  if (watch_timer_ != 0) services_.scheduler.cancel(watch_timer_);
}

void Supervisor::add(std::vector<InstanceConfig> configs) {
  const std::lock_guard lock(mutex_);
  for (InstanceConfig& config : configs) {
    LaneEntry& entry = lane_for(config);
    const std::string id = config.id;
    entry.instances.push_back(std::make_shared<Instance>(std::move(config), services_, entry.lane));
    instances_.emplace(id, entry.instances.back());
  }
}

Supervisor::LaneEntry& Supervisor::lane_for(const InstanceConfig& config) {
  // Lanes named in the descriptor and lanes of one component are kept apart: a component may be called like a lane.
  const std::string key = config.lane.empty() ? "component " + config.id : "lane " + config.lane;
  auto& entry = lanes_[key];
  if (!entry.lane) {
    entry.lane = Lane::create(services_.executor, config.lane.empty() ? config.id : config.lane, Lane::kDefaultCapacity,
                              &services_.log);
  }
  return entry;
}

void Supervisor::start() {
  for (const auto& [id, instance] : instances()) start_one(*instance);
  watch_timer_ = services_.scheduler.every(kWatchInterval, [this] { watch(); });
}

void Supervisor::start_one(Instance& instance) {
  auto hold = hold_back_ ? hold_back_(instance.config()) : std::nullopt;
  if (hold) {
    instance.hold(hold->state, std::move(hold->reason));
  } else {
    instance.start();
  }
}

void Supervisor::settings_changed(std::string_view id) const {
  const auto instance = find(id);
  if (instance && instance->state() == InstanceState::quarantined && !hold_back_(instance->config())) instance->retry();
}

bool Supervisor::stop() {
  if (watch_timer_ != 0) services_.scheduler.cancel(std::exchange(watch_timer_, 0));
  stop_all(instances());
  return std::ranges::all_of(abandoned_, [](const Abandoned& each) {
    return each.stopped.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  });
}

std::vector<std::string> Supervisor::stop(const std::vector<std::string>& ids) {
  Instances leaving;
  for (const std::string& id : ids) {
    if (auto instance = find(id)) leaving.emplace(id, std::move(instance));
  }
  return stop_all(leaving);
}

std::vector<std::string> Supervisor::stop_all(const Instances& instances) {
  std::vector<Abandoned> stopping;
  for (const auto& [id, instance] : instances) stopping.push_back({instance, instance->stop()});
  const auto deadline = std::chrono::steady_clock::now() + kStopDeadline;
  std::vector<std::string> late;
  for (Abandoned& each : stopping) {
    if (each.stopped.wait_until(deadline) == std::future_status::ready) continue;
    const std::string& id = each.instance->config().id;
    const std::string reason = fmt::format("did not stop within {} s: abandoned", kStopDeadline.count());
    each.instance->give_up(reason);
    services_.log.error(id, "{}", reason);
    late.push_back(id);
    abandoned_.push_back(std::move(each));
  }
  return late;
}

void Supervisor::replace(const std::vector<std::string>& stopped, std::vector<InstanceConfig> configs,
                         const std::function<void()>& before_start) {
  std::erase_if(abandoned_, [](const Abandoned& each) {  // it came back after all
    return each.stopped.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  });
  std::vector<std::string> coming;
  for (const InstanceConfig& config : configs) coming.push_back(config.id);
  {
    const std::lock_guard lock(mutex_);
    for (const std::string& id : stopped) remove(id);
  }
  add(std::move(configs));
  if (before_start) before_start();
  for (const std::string& id : coming) start_one(*find(id));
}

void Supervisor::remove(const std::string& id) {
  const auto found = instances_.find(id);
  if (found == instances_.end()) return;
  for (auto lane = lanes_.begin(); lane != lanes_.end();) {
    std::erase(lane->second.instances, found->second);
    // A lane that nobody is on goes with its last component: what comes next must not wait behind a call that never returns.
    lane = lane->second.instances.empty() ? lanes_.erase(lane) : std::next(lane);
  }
  instances_.erase(found);
}

Supervisor::Instances Supervisor::instances() const {
  const std::lock_guard lock(mutex_);
  return instances_;
}

std::shared_ptr<Instance> Supervisor::find(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto entry = instances_.find(id);
  return entry == instances_.end() ? nullptr : entry->second;
}

void Supervisor::watch() {
  const auto now = services_.clock.now();
  const std::lock_guard lock(mutex_);
  for (auto& [key, entry] : lanes_) watch_lane(entry, now);
}

void Supervisor::watch_lane(LaneEntry& entry, Clock::time_point now) {
  entry.lane->expire(now);
  const auto call = entry.lane->running();
  std::shared_ptr<Instance> instance;
  for (const auto& each : entry.instances) {
    if (call && each->config().id.data() == call->owner_address) instance = each;
  }
  for (const auto& each : entry.instances) {
    if (each->config().isolated) continue;  // what is stuck is in its own process
    if (each->state() == InstanceState::stuck && (each != instance || call->started != entry.warned_for)) {
      each->clear_stuck();
      services_.log.info(each->config().id, "its call has come back");
    }
  }
  if (!instance) return;
  const auto taken = now - call->started;
  if (taken > kCallBudget && entry.warned_for != call->started) {
    entry.warned_for = call->started;
    services_.log.warning(call->owner, "\"{}\" takes longer than {} s", call->label, kCallBudget.count());
  }
  if (taken > kCallBudget * 10 && instance->state() != InstanceState::stuck) {
    const std::string reason = fmt::format("\"{}\" has been running for {:.0f} s", call->label, seconds(taken));
    services_.log.error(call->owner, "stuck: {}", reason);
    instance->set_stuck(reason);
  }
}

}  // namespace m2ag::host
