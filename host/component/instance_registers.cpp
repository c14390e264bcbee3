// New values of registers: into the running component when it takes them, else by making it anew; kept only once they have been taken.
#include "component/dry_run.h"
#include "component/instance.h"

namespace m2ag::host {

void Instance::run_registers(const std::shared_ptr<Command>& running) {
  if (stopping_) return answer(*running, stopping_refusal());
  begin(running);
  const Value::Map& changes = *running->registers;
  auto refusal = attempt([&] { apply_registers(changes); }, [] { return std::string(); });
  if (!refusal && !abandoned_) registers_.keep(changes);
  finish(running, std::move(refusal), {});
}

void Instance::apply_registers(const Value::Map& changes) {
  const Value settings = registers_.settings(changes);
  const auto interval = registers_.interval(changes);
  if (const std::string problem = registers_.interval_problem(interval); !problem.empty())
    throw CommandError("bad_value", problem);
  if (settings != registers_.settings()) {
    if (!component_ || !config_.spec->reconfigure) {
      if (state_ != InstanceState::quarantined) try_out(settings);
      if (wanted_) restart_with(settings, interval);
      return;
    }
    config_.spec->reconfigure(*component_, settings);
  }
  if (component_ && interval != interval_) use_interval(interval);
}

void Instance::try_out(const Value& settings) {
  // A constructor touches no hardware: what it refuses is known while the old component still runs.
  if (const auto problem = construct(config_, settings, services_, lane_)) throw CommandError("refused", *problem);
}

void Instance::restart_with(const Value& settings, std::chrono::microseconds interval) {
  const bool was_there = component_ != nullptr;
  release();
  start_with(settings, interval);
  // What does not work now and is tried again counts as taken. One that had failed before need not have failed for these settings.
  if (component_ || retry_timer_ || !was_there) return;
  const std::string why = last_failure_;
  start_now();
  throw CommandError("refused", why);
}

void Instance::use_interval(std::chrono::microseconds interval) {
  {
    const std::lock_guard lock(mutex_);
    signals_ = {*config_.spec, config_.channels, interval};
    signals_.start(services_.clock.now());
  }
  interval_ = interval;
  start_sampling();
  look_at_signals();  // what expires is counted anew
}

}  // namespace m2ag::host
