#include "component/supervisor.h"

#include <fmt/format.h>

#include <future>

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
  for (const auto& [id, instance] : instances_) instance->start();
  watch_timer_ = services_.scheduler.every(kWatchInterval, [this] { watch(); });
}

bool Supervisor::stop() {
  if (watch_timer_ != 0) services_.scheduler.cancel(std::exchange(watch_timer_, 0));
  std::vector<std::pair<std::string, std::future<void>>> stopping;
  for (const auto& [id, instance] : instances_) stopping.emplace_back(id, instance->stop());
  const auto deadline = std::chrono::steady_clock::now() + kStopDeadline;
  bool all = true;
  for (const auto& [id, done] : stopping) {
    if (done.wait_until(deadline) == std::future_status::ready) continue;
    all = false;
    find(id)->give_up();
    services_.log.error(id, "did not stop within {} s: abandoned", kStopDeadline.count());
  }
  return all;
}

std::shared_ptr<Instance> Supervisor::find(std::string_view id) const {
  const auto entry = instances_.find(id);
  return entry == instances_.end() ? nullptr : entry->second;
}

void Supervisor::watch() {
  const auto now = services_.clock.now();
  for (auto& [key, entry] : lanes_) watch_lane(entry, now);
}

void Supervisor::watch_lane(LaneEntry& entry, Clock::time_point now) {
  entry.lane->expire(now);
  const auto call = entry.lane->running();
  const auto instance = call ? find(call->owner) : nullptr;
  for (const auto& each : entry.instances) {
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
