// Numbers of an instance on their way through the filters and publishing rules of the descriptor, and channels that become stale.
#include <algorithm>
#include <chrono>

#include "component/instance.h"
#include "component/lane_timer.h"

namespace m2ag::host {

void Instance::publish_number(std::shared_ptr<const ChannelSpec> spec, double number) {
  Signals::Verdict verdict;
  bool look = false;
  {
    const std::lock_guard lock(mutex_);
    verdict = signals_.take(spec->name, number, services_.clock.now());
    if (verdict.publish) emit({EventKind::value, config_.id, spec->name, *verdict.publish, std::move(spec)});
    look = !std::exchange(look_posted_, true);
  }
  if (!verdict.refused.empty()) services_.log.warning(config_.id, "{}", verdict.refused);
  if (look) post([](Instance& self) { self.look_at_signals(); }, "signals");
}

void Instance::set_channel(const ChannelSpec& spec, const Value& value) {
  spec.set(*component_, value);
  const std::lock_guard lock(mutex_);
  if (const auto number = signals_.settle(spec.name, services_.clock.now()))
    emit({EventKind::value, config_.id, spec.name, *number, channel(spec.name)});
}

void Instance::look_at_signals() {
  Signals::Due due;
  std::optional<Clock::time_point> next;
  std::string stale;
  const auto now = services_.clock.now();
  {
    const std::lock_guard lock(mutex_);
    look_posted_ = false;
    if (!component_) return;
    due = signals_.look(now);
    for (auto& [name, number] : due.publish) emit({EventKind::value, config_.id, name, number, channel(name)});
    next = signals_.next();
    stale = signals_.stale_reason();
  }
  for (const std::string& sentence : due.stale) services_.log.warning(config_.id, "{}", sentence);
  for (const std::string& name : due.believed) services_.log.info(config_.id, "{}: believable again", name);
  const bool was_stale = std::exchange(stale_, !stale.empty());
  if (was_stale != stale_ || !due.stale.empty()) set_state(InstanceState::running, stale_ ? stale : running_reason());
  if (was_stale || stale_) set_online(!stale_);
  if (!next) return signal_timer_.reset();
  const auto wait = std::chrono::ceil<std::chrono::microseconds>(std::max(*next - now, Clock::duration::zero()));
  signal_timer_ = lane_timer(services_.scheduler, lane_, wait, {"signals", config_.id}, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->look_at_signals();
  });
}

}  // namespace m2ag::host
