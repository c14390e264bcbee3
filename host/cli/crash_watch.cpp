#include "cli/crash_watch.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <memory>
#include <system_error>
#include <vector>

#include "component/fingerprint.h"
#include "core/suggest.h"

namespace m2ag::host {
namespace {

constexpr std::chrono::seconds kDurableDeadline{2};
constexpr const char* kItsProcess = "its process";
constexpr const char* kSafeReason = "the host was started with --safe; request/retry starts it";

std::string iso_time(std::chrono::system_clock::time_point time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

/// `SIGSEGV in "set"`
std::string what_happened(const Breadcrumb& crumb) {
  return crumb.call.empty() ? crumb.signal : fmt::format("{} in \"{}\"", crumb.signal, crumb.call);
}

Value::Map facts(const Breadcrumb& crumb) {
  Value::Map body{{"signal", crumb.signal}, {"time", iso_time(crumb.time)}};
  if (!crumb.plugin.empty()) body.emplace("plugin", crumb.plugin);
  if (!crumb.call.empty()) body.emplace("call", crumb.call);
  return body;
}

}  // namespace

CrashWatch::CrashWatch(const std::filesystem::path& state_file, bool safe, StateStore& store, Log& log,
                       Quarantine::Time floor)
    : safe_(safe), log_(log), quarantine_(store, log) {
  try {
    open(state_file.string() + ".crash");
  } catch (const std::system_error& error) {
    log_.warning("", "{}; a crash will not be known at the next start", error.what());
  }
  if (file_) {
    if (auto crumb = file_->read()) {
      crumb->time = std::max(crumb->time, floor);
      count(*crumb, store);
    }
    if (!file_->clear()) log_.debug("", "no room for the note of a crash");
  }
  handler_.emplace(file_ ? file_->descriptor() : -1);
}

void CrashWatch::open(const std::filesystem::path& path) { file_.emplace(path); }

void CrashWatch::count(const Breadcrumb& crumb, StateStore& store) {
  if (crumb.component.empty()) {
    log_.error("", "the host crashed at {} outside of any component{}: {}", iso_time(crumb.time),
               crumb.plugin.empty() ? "" : fmt::format(", in plugin {}", crumb.plugin), what_happened(crumb));
    last_crash_ = Event{EventKind::device, "", "host_crashed", facts(crumb)};
    return;
  }
  last_crash_ = count_of_component(crumb, "the host").event;
  // It may crash again at once: the note is kept until the count is on the disk.
  auto durable = std::make_shared<std::promise<void>>();
  auto done = durable->get_future();
  store.when_durable([durable](bool, const std::string&) { durable->set_value(); });
  done.wait_for(kDurableDeadline);
}

CrashWatch::Counted CrashWatch::count_of_component(const Breadcrumb& crumb, std::string_view victim) {
  const auto count = quarantine_.crashed(crumb.component, crumb.fingerprint, what_happened(crumb), crumb.time);
  log_.error(crumb.component, "crashed {} at {} ({}): {}; {} of {} crashes within {} minutes{}", victim,
             iso_time(crumb.time), crumb.plugin, what_happened(crumb), count.crashes, Quarantine::kCrashes,
             Quarantine::kWindow.count(), count.quarantined ? ": quarantined" : "");
  Value::Map body = facts(crumb);
  body.emplace("component", crumb.component);
  body.emplace("crashes", count.crashes);
  body.emplace("quarantined", count.quarantined);
  return {count.quarantined, Event{EventKind::device, crumb.component, "component_crashed", std::move(body)}};
}

std::optional<std::string> CrashWatch::crashed_apart(const std::string& id, const std::string& fingerprint,
                                                     Breadcrumb crumb, Bus& bus) {
  // Whatever code it was, the process had no other purpose. What it was made from is what the host asks about again.
  crumb.component = id;
  crumb.fingerprint = fingerprint;
  const std::lock_guard lock(mutex_);
  const Counted counted = count_of_component(crumb, kItsProcess);
  bus.publish(counted.event);
  return counted.quarantined ? quarantine_.reason(id, fingerprint, kItsProcess) : std::nullopt;
}

void CrashWatch::watch(const Supervisor& supervisor) {
  std::vector<CrashSuspect> suspects;
  for (const auto& [id, instance] : supervisor.instances()) {
    const InstanceConfig& config = instance->config();
    if (config.isolated) continue;
    suspects.push_back(
        {config.id, config.id, config.plugin, fingerprint(config, instance->registers().settings()), config.code});
  }
  handler_->watch(suspects);
}

void CrashWatch::report(Bus& bus) {
  if (last_crash_) bus.publish(*std::exchange(last_crash_, std::nullopt));
}

std::optional<Supervisor::Hold> CrashWatch::hold_back(const InstanceConfig& config, const Value& settings) {
  const std::lock_guard lock(mutex_);
  if (auto reason =
          quarantine_.reason(config.id, fingerprint(config, settings), config.isolated ? kItsProcess : "the host"))
    return Supervisor::Hold{InstanceState::quarantined, std::move(*reason)};
  if (safe_ && !asked_for_.contains(config.id)) return Supervisor::Hold{InstanceState::stopped, kSafeReason};
  return std::nullopt;
}

void CrashWatch::release(const std::string& id) {
  const std::lock_guard lock(mutex_);
  asked_for_.insert(id);
  if (quarantine_.release(id)) log_.info(id, "no longer quarantined: it is tried again");
}

Value CrashWatch::retry(const Supervisor& supervisor, const Value& arguments) {
  const Value* const id = arguments.is_map() ? arguments.find("component") : nullptr;
  if (id == nullptr || !id->is_text())
    throw CommandError("bad_arguments", R"(expected the component to start, as {"component":"pump"})");
  const auto instance = supervisor.find(id->as_text());
  if (!instance) {
    std::vector<std::string> ids;
    for (const auto& [known, each] : supervisor.instances()) ids.push_back(known);
    const auto near = closest(id->as_text(), ids);
    throw CommandError("unknown_component", fmt::format("there is no component \"{}\"{}", id->as_text(),
                                                        near ? fmt::format(", did you mean \"{}\"?", *near) : ""));
  }
  const InstanceState state = instance->state();
  if (state == InstanceState::stuck)
    throw CommandError("busy", fmt::format("{} is stuck: {}", id->as_text(), instance->reason()));
  const bool works = state == InstanceState::running || state == InstanceState::starting;
  if (!works) {
    release(id->as_text());
    instance->retry();
  }
  return Value::Map{{"component", id->as_text()}, {"state", to_string(works ? state : InstanceState::starting)}};
}

}  // namespace m2ag::host
