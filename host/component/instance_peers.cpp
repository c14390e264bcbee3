// What a component asks of the other components of its device, and what it says about itself because of them.
#include <m2ag/peer.h>

#include <utility>

#include "component/instance.h"
#include "component/instance_context.h"
#include "core/current_call.h"

namespace m2ag::host {

std::shared_ptr<Command> Instance::carried_out() const {
  const CallTag* const call = CurrentCall::get();
  if (!lane_->is_here() || call == nullptr || call->owner.data() != config_.id.data()) return nullptr;
  const std::lock_guard lock(mutex_);
  return current_;
}

void Instance::hold_offline(const std::string& said) {
  const std::string reason = redact_(said);
  if (reason == held_offline_) return;
  held_offline_ = reason;
  if (state_ == InstanceState::starting || stale_) return;  // become_running or look_at_signals will tell
  if (state_ == InstanceState::running) set_state(InstanceState::running, running_reason());
  if (!reason.empty()) {
    services_.log.warning(config_.id, "offline: {}", reason);
    held_told_ = true;
  } else if (std::exchange(held_told_, false)) {  // what it waited for while starting was no news
    services_.log.info(config_.id, "online again");
  }
  set_online(reason.empty());
}

Peers::Origin InstanceContext::origin() const {
  const auto instance = instance_.lock();
  return {component_, instance ? instance->carried_out() : nullptr};
}

CommandDone InstanceContext::on_lane(AnswerHandler done) {
  if (!done) return {};
  return [weak = weak_from_this(), done = std::move(done)](const std::optional<Refusal>& refusal, const Value& data) {
    const auto self = weak.lock();
    const auto instance = self ? self->instance_.lock() : nullptr;
    if (!instance) return;
    Answer answer;
    if (refusal) answer = {refusal->code, refusal->message, {}};
    answer.data = data;
    auto task = self->guarded([done, answer = std::move(answer)] { done(answer); });
    self->lane_->post([instance, task = std::move(task)] { task(); }, {"answer", instance->config().id});
  };
}

void InstanceContext::set(const ChannelName& channel, Value value, AnswerHandler done) {
  if (active_) services_.peers.set(origin(), channel, value, on_lane(std::move(done)));
}

void InstanceContext::run(std::string_view component, std::string_view command, Value arguments, AnswerHandler done) {
  if (active_) services_.peers.run(origin(), component, command, arguments, on_lane(std::move(done)));
}

Handle InstanceContext::on_availability(std::string_view component, std::function<void(bool)> handler) {
  return services_.peers.availability().add(
      component, lane_, {"availability", component_},
      [self = weak_from_this(), peer = std::string(component), handler = std::move(handler)](bool online) {
        const auto context = self.lock();
        if (!context) return;
        context->guarded([&] {
          if (online) context->check_answers(peer);
          handler(online);
        })();
      });
}

std::optional<Value> InstanceContext::value(const ChannelName& channel) const { return services_.peers.value(channel); }

ChannelSpec InstanceContext::channel(const ChannelName& channel) const {
  ChannelSpec spec = services_.peers.channel(channel);
  const std::lock_guard lock(answers_mutex_);
  answers_.emplace_back(channel, spec);
  return spec;
}

void InstanceContext::check_answers(std::string_view peer) const {
  const std::lock_guard lock(answers_mutex_);
  for (const auto& [channel, before] : answers_) {
    if (channel.component != peer) continue;
    const ChannelSpec now = services_.peers.channel(channel);
    if (now.name != before.name || now.type != before.type || now.unit != before.unit ||
        now.writable != before.writable)
      throw DeviceError(channel.text() + " is another channel than before: it is looked at anew");
  }
}

std::vector<std::string> InstanceContext::named_by(std::string_view parameter) const {
  return services_.peers.roster().named_by(component_, parameter);
}

std::optional<std::string> InstanceContext::type_of(std::string_view component) const {
  return services_.peers.roster().type_of(component);
}

void InstanceContext::set_online(bool online, std::string reason) {
  if (!online && reason.empty()) reason = "it says so";
  if (online) reason.clear();
  const auto instance = instance_.lock();
  if (!active_ || !instance) return;
  const CallTag* const call = CurrentCall::get();
  // At once where that is possible: what start() says counts before the component is told to be online.
  if (lane_->is_here() && call != nullptr && call->owner.data() == component_.data())
    return instance->hold_offline(reason);
  lane_->post(guarded([weak = instance_, reason = std::move(reason)] {
                if (const auto self = weak.lock()) self->hold_offline(reason);
              }),
              {"online", component_});
}

}  // namespace m2ag::host
