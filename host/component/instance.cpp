#include "component/instance.h"

#include <cxxabi.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "component/instance_context.h"
#include "component/lane_timer.h"
#include "core/owned_threads.h"

namespace m2ag::host {
namespace {

/// Throws std::invalid_argument when the plugin publishes what its own description does not allow.
void check_publication(const ChannelSpec& channel, const Value& value) {
  const auto wrong = [&channel](const std::string& what) { throw std::invalid_argument(channel.name + ": " + what); };
  switch (channel.type) {
    case ChannelType::number:
      if (!value.is_number()) wrong(std::string("expected a number, the plugin published ") + value.kind());
      if (!std::isfinite(value.as_number())) wrong("the plugin published a number that is not finite");
      break;
    case ChannelType::boolean:
      if (!value.is_bool()) wrong(std::string("expected a boolean, the plugin published ") + value.kind());
      break;
    default:
      if (!value.is_text()) wrong(std::string("expected text, the plugin published ") + value.kind());
      if (!channel.choices.empty() && std::ranges::find(channel.choices, value.as_text()) == channel.choices.end()) {
        wrong("\"" + value.as_text() + "\" is none of the words of its description");
      }
  }
}

}  // namespace

std::string_view to_string(InstanceState state) {
  switch (state) {
    case InstanceState::stopped: return "stopped";
    case InstanceState::starting: return "starting";
    case InstanceState::running: return "running";
    case InstanceState::failed: return "failed";
    case InstanceState::quarantined: return "quarantined";
    default: return "stuck";
  }
}

Instance::Instance(InstanceConfig config, Services& services, std::shared_ptr<Lane> lane)
    : config_(std::move(config)),
      redact_(config_.id, config_.settings, config_.secrets),
      services_(services),
      lane_(std::move(lane)),
      registers_(config_, services_),
      signals_(*config_.spec, config_.channels, config_.interval),
      interval_(config_.interval) {
  for (const ChannelSpec& each : config_.spec->channels) {
    const auto settings = config_.channels.find(each.name);
    if (settings == config_.channels.end() || (settings->second.unit.empty() && settings->second.filters.empty()))
      continue;
    converted_.emplace(each.name,
                       std::make_shared<ConvertedChannel>(config_.spec, as_published(each, settings->second)));
  }
}

Instance::~Instance() { services_.failures.release(this); }

std::string Instance::reason() const {
  const std::lock_guard lock(mutex_);
  return reason_;
}

bool Instance::post(std::function<void(Instance&)> task, const char* label) {
  return lane_->post([self = shared_from_this(), task = std::move(task)] { task(*self); }, {label, config_.id});
}

void Instance::start() {
  stopping_ = false;
  state_ = InstanceState::starting;  // a command that comes now waits for the start
  post(
      [](Instance& self) {
        self.wanted_ = true;
        if (!self.config_.isolated) self.registers_.begin();
        self.start_now();
      },
      "start");
}

void Instance::hold(InstanceState state, std::string reason) {
  post(
      [state, reason = std::move(reason)](Instance& self) {
        if (!self.config_.isolated) self.registers_.begin();
        if (self.wanted_) return;  // somebody was quicker to say retry()
        self.set_state(state, reason);
        self.set_online(false);
      },
      "hold");
}

void Instance::retry() {
  post(
      [](Instance& self) {
        if (self.stopping_) return;
        self.wanted_ = true;
        self.retry_delay_ = kFirstRetry;
        self.start_now();
      },
      "start");
}

std::future<void> Instance::stop() {
  stopping_ = true;
  lane_->drop(config_.id);
  auto done = std::make_shared<std::promise<void>>();
  auto future = done->get_future();
  const bool posted = post(
      [done](Instance& self) {
        self.wanted_ = false;
        self.release();
        self.services_.failures.release(&self);  // another one that still fails may say it
        self.set_state(InstanceState::stopped, "");
        self.set_online(false);
        done->set_value();
      },
      "stop");
  if (!posted) done->set_value();
  return future;
}

void Instance::start_now() {
  if (wanted_ && !component_ && !abandoned_) start_with(registers_.settings(), registers_.interval());
}

void Instance::start_with(const Value& settings, std::chrono::microseconds interval) {
  retry_timer_.reset();
  set_state(InstanceState::starting, "");
  started_ = services_.clock.now();
  {
    const std::lock_guard lock(mutex_);
    if (abandoned_) return;  // given up meanwhile: its successor has the device
    if (std::exchange(interval_, interval) != interval) signals_ = {*config_.spec, config_.channels, interval};
    signals_.start(started_);
    context_ = std::make_shared<InstanceContext>(weak_from_this(), config_.id, services_, lane_);
  }
  look_for_threads();
  call_plugin([this, &settings] {
    component_ = config_.spec->create(*context_, settings);
    component_->start();
    become_running();
  });
}

void Instance::become_running() {
  if (config_.isolated) return start_service();  // mirror() says how it is
  set_state(InstanceState::running, running_reason());
  if (dynamic_cast<Sensor*>(component_.get()) == nullptr) {
    set_online(true);
    services_.log.debug(config_.id, "running ({})", config_.plugin);
  } else {
    start_sampling();
  }
  if (!component_) return;  // the first sample failed
  start_service();
  resume_durations();
  look_at_signals();  // a channel that never has a number expires too
}

void Instance::look_for_threads() {
  const std::size_t threads = OwnedThread::count(config_.id);
  left_behind_ = threads == 0 ? ""
                              : fmt::format("{} thread{} of its earlier starts had not ended when it started", threads,
                                            threads == 1 ? "" : "s");
  if (threads > threads_told_) services_.log.warning(config_.id, "{}: its plugin does not join them", left_behind_);
  threads_told_ = threads;
}

void Instance::start_service() {
  auto* service = dynamic_cast<Service*>(component_.get());
  if (service == nullptr) return;
  service_thread_ = std::jthread([this, service, context = context_](const std::stop_token& stop) {
    const CurrentCall call({"service", config_.id});
    std::string reason = "the service ended by itself";
    try {
      service->run(stop);
    } catch (const std::exception& error) {
      reason = error.what();
    } catch (const ::abi::__forced_unwind&) {
      throw;
    } catch (...) {
      reason = "the service threw something that is no std::exception";
    }
    if (!stop.stop_requested()) context->fail(reason);
  });
}

void Instance::call_plugin(const std::function<void()>& task) {
  // Edges and subscriptions are posted before it is known whether the component is still there.
  const CallTag* const posted = CurrentCall::get();
  const CurrentCall call({posted != nullptr ? posted->label : "call", config_.id});
  try {
    task();
  } catch (const ConfigError& error) {
    fail_now(error.what(), false);
  } catch (const std::exception& error) {
    fail_now(error.what(), true);
  } catch (const ::abi::__forced_unwind&) {
    throw;  // the thread is being cancelled
  } catch (...) {
    fail_now("the plugin threw something that is no std::exception", true);
  }
}

void Instance::fail_now(const std::string& said, bool retry) {
  const std::string reason = redact_(said);
  const auto lived = services_.clock.now() - started_;
  release();
  failures_.fetch_add(1, std::memory_order_relaxed);
  errors_.fetch_add(1, std::memory_order_relaxed);
  // A component that ran for a while starts again soon; one that dies at once waits longer each time.
  if (lived > retry_delay_ * 2) retry_delay_ = kFirstRetry;
  const std::string what = retry ? fmt::format("{}; next try in {} s", reason, retry_delay_.count())
                                 : fmt::format("{}; stays failed until its settings change, or request/retry", reason);
  last_failure_ = reason;
  const bool told = !told_failures_.is_new(reason, retry);
  log_failure(reason, what, !told);
  set_state(InstanceState::failed, what);
  set_online(false);
  if (!told && !abandoned_) {
    services_.bus.publish(
        {EventKind::device, config_.id, "component_failed",
         Value::Map{{"component", config_.id}, {"plugin", config_.plugin}, {"reason", reason}, {"retry", retry}}});
  }
  if (!retry) return;
  retry_timer_ = lane_timer(services_.scheduler, lane_, retry_delay_, {"start", config_.id}, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->start_now();
  });
  retry_delay_ = std::min(retry_delay_ * 2, longest_retry());
}

void Instance::log_failure(const std::string& reason, const std::string& what, bool fresh) {
  if (!fresh && reason != left_to_others_) return;
  if (services_.failures.claim(reason, this)) {
    services_.log.error(config_.id, "failed: {}", what);
    left_to_others_.clear();
  } else if (fresh) {
    services_.log.debug(config_.id, "failed, as another component said: {}", what);
    left_to_others_ = reason;
  }
}

void Instance::release() noexcept {
  retry_timer_.reset();
  sample_timer_.reset();
  again_timer_.reset();
  failed_tries_ = 0;
  has_sampled_ = false;
  signal_timer_.reset();
  stale_ = false;
  held_offline_.clear();
  pending_returns_.clear();
  if (service_thread_.joinable()) {
    service_thread_.request_stop();
    service_thread_.join();
  }
  end_handover();
  if (component_) component_->stop();
  if (context_) context_->switch_off();
  component_.reset();
  const std::lock_guard lock(mutex_);
  context_.reset();
}

void Instance::set_stuck(const std::string& reason) {
  const std::lock_guard lock(mutex_);
  const InstanceState now = state_;
  if (now == InstanceState::running || now == InstanceState::starting) set_state_locked(InstanceState::stuck, reason);
}

void Instance::clear_stuck() {
  post(
      [](Instance& self) {
        const std::lock_guard lock(self.mutex_);
        if (self.state_ == InstanceState::stuck) self.set_state_locked(InstanceState::running, self.running_reason());
      },
      "unstuck");
}

std::shared_ptr<const ChannelSpec> Instance::channel(std::string_view name) const {
  if (const auto found = converted_.find(name); found != converted_.end())
    return {found->second, &found->second->channel};
  for (const ChannelSpec& each : config_.spec->channels) {
    if (each.name == name) return {config_.spec, &each};
  }
  return nullptr;
}

void Instance::emit(Event event) {
  if (!abandoned_) services_.bus.publish(std::move(event));
}

void Instance::publish(std::string_view name, Value value) {
  auto spec = channel(name);
  if (!spec) throw std::invalid_argument(fmt::format("the plugin published an unknown channel \"{}\"", name));
  check_publication(*spec, value);
  if (lane_->is_here() && !pending_returns_.empty()) touched_.emplace(name);
  if (value.is_number() && config_.channels.contains(spec->name)) {
    bool handled = false;
    {
      const std::lock_guard lock(mutex_);
      handled = signals_.handles(spec->name);
    }
    if (handled) return publish_number(std::move(spec), value.as_number());
  }
  const EventKind kind = spec->type == ChannelType::event ? EventKind::moment : EventKind::value;
  const std::lock_guard lock(mutex_);  // keeps the order of one component's publications on the bus
  emit({kind, config_.id, spec->name, std::move(value), std::move(spec)});
}

void Instance::set_state(InstanceState state, const std::string& reason) {
  const std::lock_guard lock(mutex_);
  set_state_locked(state, reason);
}

void Instance::set_state_locked(InstanceState state, const std::string& reason) {
  state_ = state;
  reason_ = reason;
  Value::Map status{{"state", to_string(state)}};
  if (!reason.empty()) status.emplace("reason", reason);
  emit({EventKind::status, config_.id, "status", std::move(status), nullptr});
}

void Instance::set_online(bool online) {
  bool back = false;
  online = online && held_offline_.empty();
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(online_, online) == online && known_) return;
    known_ = true;
    emit({EventKind::availability, config_.id, "availability", online, nullptr});
    back = online && !told_failures_.empty();
  }
  if (!back || abandoned_) return;
  left_to_others_.clear();
  services_.log.write(services_.failures.release(this) ? LogLevel::info : LogLevel::debug, config_.id,
                      fmt::format("works again ({})", config_.plugin));
  services_.bus.publish({EventKind::device, config_.id, "component_recovered",
                         Value::Map{{"component", config_.id}, {"plugin", config_.plugin}}});
  told_failures_.clear();
}

}  // namespace m2ag::host
