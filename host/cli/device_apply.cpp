// Another descriptor for a host that runs: what is different is planned and tried out first, then exchanged; all else is not touched.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/client_settings.h"
#include "cli/device_host.h"
#include "cli/instance_config.h"
#include "component/dry_run.h"
#include "core/suggest.h"

namespace m2ag::host {
namespace {

constexpr std::chrono::seconds kLastWords{2};

/// Those of `all` that are not in `others`.
std::vector<std::string> without(std::vector<std::string> all, const std::vector<std::string>& others) {
  std::erase_if(all, [&](const std::string& each) { return std::ranges::find(others, each) != others.end(); });
  return all;
}

}  // namespace

DeviceHost::Plan DeviceHost::plan(const Descriptor& next, const Catalog& catalog, Problems& problems) {
  Plan plan{changes_between(*descriptor(), next), {}, simulation_.plan(next.simulated, catalog, problems)};
  const auto is_in = [](const std::vector<std::string>& ids, const std::string& id) {
    return std::ranges::find(ids, id) != ids.end();
  };
  for (const ComponentSection& section : next.components) {
    if (!section.enabled) continue;
    const std::string path = "components." + section.id;
    try {
      InstanceConfig config = configure(next, section, catalog);
      const auto running = supervisor_.find(section.id);
      const bool other_code = running && (config.isolated ? running->config().digest != config.digest
                                                          : running->config().spec.get() != config.spec.get());
      if (other_code && !is_in(plan.changes.changed, section.id)) plan.changes.changed.push_back(section.id);
      if (is_in(plan.changes.added, section.id) || is_in(plan.changes.changed, section.id))
        plan.coming.push_back(std::move(config));
    } catch (const PluginError& error) {
      problems.error(section.mark, path, error.what());
    }
  }
  // The constructor of an isolated component must not run here: it may crash.
  std::vector<InstanceConfig> here;
  std::ranges::copy_if(plan.coming, std::back_inserter(here), [](const auto& each) { return !each.isolated; });
  for (const DryRunProblem& problem : dry_run(here, services_)) {
    const ComponentSection* section = find_component(next, problem.component);
    problems.error(section->mark, "components." + problem.component, problem.message);
  }
  return plan;
}

bool DeviceHost::accepts(const Descriptor& next, const Catalog& catalog, Problems& problems) {
  plan(next, catalog, problems);
  return !problems.has_errors();
}

std::optional<ApplyReport> DeviceHost::apply(const Descriptor& next, std::shared_ptr<const Catalog> catalog,
                                             Problems& problems, const std::function<void(const Changes&)>& commit) {
  Plan plan = this->plan(next, *catalog, problems);
  if (problems.has_errors()) return std::nullopt;
  if (commit) commit(plan.changes);
  bridge_.publish_json_of(published_as_json(next));
  ApplyReport report{plan.changes, exchange_components(plan, next)};
  take_over_device(next);
  const bool other_plugins = catalog != this->catalog();
  {
    const std::lock_guard lock(mutex_);
    descriptor_ = std::make_shared<const Descriptor>(next);
    catalog_ = std::move(catalog);
  }
  if (report.changes.mqtt) reconnect(next);
  if (report.changes.any() || other_plugins) bridge_.info(info());
  return report;
}

std::vector<std::string> DeviceHost::exchange_components(Plan& plan, const Descriptor& next) {
  std::vector<std::string> leaving = plan.changes.removed;
  leaving.insert(leaving.end(), plan.changes.changed.begin(), plan.changes.changed.end());
  std::vector<std::string> abandoned = supervisor_.stop(leaving);
  // Who leaves is still named until it is stopped, who comes is from before its start on: an interlock has no gap.
  peers_.roster().exchange(roster_of(next));
  // Between the stop of the old and the start of the new: hardware that goes is let go of before, hardware that comes is there in time.
  simulation_.apply(std::move(plan.simulated));
  for (const std::string& id : plan.changes.removed) {
    bridge_.forget(registry_.remove(id));
    if (const auto before = supervisor_.find(id)) forget_isolated(*before, nullptr);
  }
  for (const InstanceConfig& config : plan.coming) {
    if (const auto before = supervisor_.find(config.id)) forget_isolated(*before, &config);
    prepare(config);
    std::set<std::string, std::less<>> channels, registers;
    for (const ChannelSpec& channel : config.spec->channels) channels.insert(channel.name);
    const Registers of_config(config, services_);
    for (const ParamSpec& each : of_config.specs()) registers.insert(each.name);
    bridge_.forget(registry_.remove_values(config.id, channels, registers));
    if (config.isolated) registry_.remove_values(config.id, {}, {});  // its own process publishes them from now on
  }
  supervisor_.replace(leaving, std::move(plan.coming), [this] { crash_watch_.watch(supervisor_); });
  return abandoned;
}

std::vector<std::string> DeviceHost::restart(const std::string& id) {
  const auto instance = supervisor_.find(id);
  if (!instance) {
    std::vector<std::string> ids;
    for (const auto& [known, each] : supervisor_.instances()) ids.push_back(known);
    const auto near = closest(id, ids);
    throw CommandError("unknown_component", fmt::format("there is no component \"{}\"{}", id,
                                                        near ? fmt::format(", did you mean \"{}\"?", *near) : ""));
  }
  log_.info(id, "is restarted on request");
  crash_watch_.release(id);
  std::vector<std::string> abandoned = supervisor_.stop({id});
  supervisor_.replace({id}, {instance->config()}, [this] { crash_watch_.watch(supervisor_); });
  router_->update(descriptor()->device.groups);
  return abandoned;
}

void DeviceHost::take_over_device(const Descriptor& next) {
  const std::vector<std::string> before = router_->filters();
  router_->update(next.device.groups);
  const std::vector<std::string> after = router_->filters();
  if (const auto gone = without(before, after); !gone.empty()) link_.unsubscribe(gone);
  if (const auto more = without(after, before); !more.empty()) link_.subscribe(subscriptions(more));
  log_.set_least(next.log.level);
}

void DeviceHost::reconnect(const Descriptor& next) {
  const auto old_is_current = current_client_;
  auto old = link_.exchange(make_client(next));
  if (old) {
    PublishRequest last;
    last.topic = root_ + "/status";
    last.payload = "offline";
    last.retain = true;
    old->publish(std::move(last));
    old->disconnect(kLastWords);
    *old_is_current = false;
    bridge_.disconnected();
    connection_.set(false);
    if (!old->ended()) left_clients_.push_back(std::move(old));
  }
  connection_.set_broker(broker_access(next));
  link_.start();
}

void DeviceHost::forget_all() {
  for (const auto& [id, instance] : supervisor_.instances()) forget_isolated(*instance, nullptr);
  for (const std::string& component : registry_.components()) bridge_.forget(registry_.remove(component));
  bridge_.publish_json_of({});
  bridge_.forget_device();
}

void DeviceHost::event(std::string name, Value::Map body) {
  bus_.publish({EventKind::device, "", std::move(name), Value(std::move(body)), nullptr});
}

}  // namespace m2ag::host
