// Commands of an instance: from the router to the plugin's handler, and their answers.
#include <fmt/format.h>

#include <stdexcept>

#include "component/followers.h"
#include "component/instance.h"
#include "component/instance_context.h"

namespace m2ag::host {

void Instance::execute(std::shared_ptr<Command> command) {
  const InstanceState now = state_;
  if (stopping_) return answer(*command, stopping_refusal());
  if (now == InstanceState::stuck)
    return answer(*command, Refusal{"busy", fmt::format("{} is busy: {}", config_.id, reason())});
  if (!command->registers && now != InstanceState::running && now != InstanceState::starting) {
    const std::string why = reason();
    return answer(*command, Refusal{"unavailable", fmt::format("{} is {}{}{}", config_.id, to_string(now),
                                                               why.empty() ? "" : ": ", why)});
  }
  const auto deadline = command->deadline;
  const bool accepted = lane_->try_post(
      [self = shared_from_this(), command] {
        command->registers ? self->run_registers(command) : self->run_command(command);
      },
      {command->name, config_.id}, deadline, [self = shared_from_this(), command] { self->refuse_late(*command); });
  if (!accepted) {
    answer(*command,
           Refusal{"busy", fmt::format("{} is busy: {} commands wait already", config_.id, Lane::kDefaultCapacity)});
  }
}

Refusal Instance::stopping_refusal() const { return {"unavailable", config_.id + " is stopping; nothing was changed"}; }

void Instance::refuse_late(const Command& command) {
  if (stopping_) return answer(command, stopping_refusal());
  const auto call = lane_->running();
  const std::string what = call ? fmt::format("it is still in \"{}\"", call->label) : "its turn came too late";
  answer(command, Refusal{"busy", fmt::format("{} did not get to the command in time: {}; nothing was changed",
                                              config_.id, what)});
}

bool Instance::take_current(const std::shared_ptr<Command>& command) {
  const std::lock_guard lock(mutex_);
  if (current_ != command) return false;
  current_.reset();
  return true;
}

void Instance::run_command(const std::shared_ptr<Command>& running) {
  const Command& command = *running;
  if (!component_) {
    return answer(command,
                  Refusal{"unavailable", fmt::format("{} is {}: {}", config_.id, to_string(state_), reason())});
  }
  begin(running);
  touched_.clear();
  Value data;
  std::size_t done = 0;
  const auto already = [&] {
    return done == 0 ? std::string() : fmt::format("; {} of {} channels were set before", done, command.sets.size());
  };
  auto refusal = attempt(
      [&] {
        if (command.run) data = command.run->call(*component_, command.arguments);
        for (; done < command.sets.size(); ++done) apply_set(command.sets[done]);
      },
      already);
  if (!refusal) forget_touched(command);
  finish(running, std::move(refusal), std::move(data));
}

void Instance::begin(const std::shared_ptr<Command>& running) {
  const std::lock_guard lock(mutex_);
  current_ = running;
}

std::optional<Refusal> Instance::attempt(const std::function<void()>& task, const std::function<std::string()>& add) {
  std::optional<Refusal> refusal;
  call_plugin([&] {
    try {
      task();
    } catch (const CommandError& error) {
      refusal = Refusal{error.code(), error.what() + add()};
    } catch (const ConfigError& error) {
      refusal = Refusal{"refused", error.what() + add()};
    } catch (const std::exception& error) {
      refusal = Refusal{"failed", error.what() + add()};
      throw;
    } catch (...) {
      refusal = Refusal{"failed", "the plugin threw something that is no std::exception" + add()};
      throw;
    }
  });
  return refusal;
}

void Instance::finish(const std::shared_ptr<Command>& running, std::optional<Refusal> refusal, Value data) {
  if (!take_current(running)) return;  // given up, and answered
  if (refusal) return answer(*running, std::move(refusal), std::move(data));
  if (!running->followers) return answer_durable(running, std::move(data));
  running->followers->when_all([self = shared_from_this(), running, data](std::optional<Refusal> theirs) {
    theirs ? self->answer(*running, std::move(theirs), data) : self->answer_durable(running, data);
  });
}

void Instance::answer_durable(const std::shared_ptr<Command>& command, Value data) {
  if (!command->wants_answer() || !services_.store.pending(config_.id))
    return answer(*command, std::nullopt, std::move(data));
  // What is answered "ok" survives a power cut.
  services_.store.when_durable([self = shared_from_this(), command, data](bool ok, const std::string& why) {
    self->answer(*command,
                 ok ? std::nullopt : std::optional(Refusal{"not_saved", "done, but it could not be saved: " + why}),
                 data);
  });
}

void Instance::apply_set(const ChannelSet& set) {
  const ChannelSpec& spec = *set.channel;
  const Value before = services_.registry.value(config_.id, spec.name).value_or(Value());
  Value value;
  if (const auto* plain = std::get_if<Value>(&set.request.value)) {
    value = *plain;
  } else {
    if (!before.is_bool()) throw CommandError("unavailable", spec.name + ": cannot toggle, its state is not known yet");
    value = !before.as_bool();
  }
  if (!set.request.duration) {
    set_channel(spec, value);
    return forget_duration(spec);  // only now: a set that is refused leaves the way back of the one before
  }
  // A switch goes to the other side; a number or a word to what it was. While another return is pending, to where that one would have
  // gone: a command that is sent twice must not make the time for ever.
  const auto pending = pending_returns_.find(spec.name);
  const Value after = pending != pending_returns_.end() ? pending->second.after
                      : value.is_bool()                 ? Value(!value.as_bool())
                                                        : before;
  if (after.is_null())
    throw CommandError("unavailable", spec.name + ": cannot be set for a time, what it is now is not known yet");
  set_for(set.channel, value, after, *set.request.duration);
}

void Instance::answer(const Command& command, std::optional<Refusal> refusal, Value data) {
  if (refusal) refusal->message = redact_(refusal->message);
  if (command.done) return command.done(refusal, data);
  if (refusal || command.wants_answer()) return reply_to(command, std::move(refusal), std::move(data));
  if (command.address.handed != 0 && services_.answered) services_.answered(command.address.handed);
}

void Instance::reply_to(const Command& command, std::optional<Refusal> refusal, Value data) const {
  Reply reply;
  reply.request = command.request;
  reply.component = config_.id;
  reply.command = command.name;
  reply.ok = !refusal;
  if (refusal) {
    reply.code = refusal->code;
    reply.message = refusal->message;
  }
  reply.data = std::move(data);
  reply.address = command.address;
  services_.reply(std::move(reply));
}

void Instance::give_up(const std::string& reason) {
  std::shared_ptr<Command> command;
  {
    const std::lock_guard lock(mutex_);
    if (state_ != InstanceState::stopped) set_state_locked(InstanceState::stuck, reason);  // it may just have done so
    online_ = false;
    known_ = true;
    emit({EventKind::availability, config_.id, "availability", false, nullptr});  // who relies on it must not go on
    abandoned_ = true;
    if (context_) context_->switch_off();
    command.swap(current_);
  }
  end_handover();
  // Nobody watches a lane of its own any more: what came in the last moment is answered now.
  if (config_.lane.empty()) lane_->expire(Clock::time_point::max() - Clock::duration(1));
  if (!command) return;
  answer(*command,
         Refusal{"failed",
                 config_.id + ": it is stopped while the command is carried out; what became of it is not known"});
}

}  // namespace m2ag::host
