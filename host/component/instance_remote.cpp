// An instance that only stands for a component: that runs in a process of its own.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "component/instance.h"
#include "component/instance_context.h"

namespace m2ag::host {

Refusal Instance::away() const {
  if (stopping_) return stopping_refusal();
  const InstanceState now = state_;
  if (now == InstanceState::running)
    return {"unavailable", fmt::format("{}: its process has no connection to the broker", config_.id)};
  const std::string why = reason();
  return {now == InstanceState::stuck ? "busy" : "unavailable",
          fmt::format("{} is {}{}{}", config_.id, to_string(now), why.empty() ? "" : ": ", why)};
}

void Instance::mirror(const RemoteState& remote) {
  // In-process counts go on over the life of a process.
  failures_ += remote.failures - std::min(remote.failures, remote_.failures);
  errors_ += remote.errors - std::min(remote.errors, remote_.errors);
  bool same = false;
  {
    const std::lock_guard lock(mutex_);
    remote_ = remote;
    same = state_ == remote.state && reason_ == remote.reason;
  }
  if (!same) set_state(remote.state, remote.reason);
  set_online(remote.online);
}

void Instance::quarantine(const std::string& reason) {
  wanted_ = false;
  release();
  ++failures_;
  ++errors_;
  services_.log.error(config_.id, "quarantined: {}", reason);
  set_state(InstanceState::quarantined, reason);
  set_online(false);
}

Value Instance::remote_registers() const {
  const std::lock_guard lock(mutex_);
  return remote_.registers;
}

void Instance::end_handover() {
  for (Reply& reply : handover_.end()) {
    reply.code = "unavailable";
    reply.message = config_.id + ": its process has ended without an answer; what became of the command is not known";
    services_.reply(std::move(reply));
  }
}

void InstanceContext::open_handover(Handover::Give give) const {
  if (const auto instance = instance_.lock(); instance && active_) instance->handover().open(std::move(give));
}

void InstanceContext::close_handover() const {
  if (const auto instance = instance_.lock()) instance->handover().close();
}

void InstanceContext::answered(HandedAnswer answer) const {
  const auto instance = instance_.lock();
  auto reply = instance ? instance->handover().answered(std::move(answer)) : std::nullopt;
  if (reply) services_.reply(std::move(*reply));
}

void InstanceContext::mirror(RemoteState remote) {
  lane_->post(guarded([weak = instance_, remote = std::move(remote)] {
                if (const auto instance = weak.lock()) instance->mirror(remote);
              }),
              {"mirror", component_});
}

void InstanceContext::quarantine(std::string reason) {
  lane_->post(guarded([weak = instance_, reason = std::move(reason)] {
                if (const auto instance = weak.lock()) instance->quarantine(reason);
              }),
              {"quarantine", component_});
}

}  // namespace m2ag::host
