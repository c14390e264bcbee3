#include "component/peers.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "component/arguments.h"
#include "component/followers.h"
#include "component/supervisor.h"
#include "component/unknown.h"

namespace m2ag::host {
namespace {

constexpr std::chrono::seconds kDeadline{10};  // as for a command that comes by MQTT

std::string path_of(std::string_view component, const Command& command) {
  return fmt::format("{}/{}", component, command.name);
}

/// The component's channel of that name, its main one for an empty name; null when there is none.
const ChannelSpec* find_channel(const ComponentSpec& spec, std::string_view name) {
  const auto found = std::ranges::find_if(
      spec.channels, [name](const ChannelSpec& each) { return name.empty() ? each.main : each.name == name; });
  return found == spec.channels.end() ? nullptr : &*found;
}

}  // namespace

std::shared_ptr<Instance> Peers::find(std::string_view component) const {
  return supervisor_ == nullptr ? nullptr : supervisor_->find(component);
}

std::optional<Refusal> Peers::apart(const Instance& instance) {
  if (!instance.config().isolated) return std::nullopt;
  return Refusal{
      "unavailable",
      fmt::format("{0} runs in a process of its own, where no other component of this device reaches it: take "
                  "\"isolation: process\" of {0} away",
                  instance.config().id)};
}

Refusal Peers::unknown(std::string_view component) const {
  if (!alone_.empty()) {
    return {"unavailable",
            fmt::format("{0} runs in a process of its own and reaches no other component, as here {1}: take "
                        "\"isolation: process\" of {0} away",
                        alone_, component)};
  }
  std::vector<std::string> ids;
  if (supervisor_ != nullptr) {
    for (const auto& [id, each] : supervisor_->instances()) ids.push_back(id);
  }
  return unknown_component(component, ids);
}

std::shared_ptr<Command> Peers::make_command(const Origin& origin, std::string_view component, std::string name,
                                             CommandDone done) {
  auto command = std::make_shared<Command>();
  command->name = std::move(name);
  command->deadline = clock_.now() + kDeadline;
  if (origin.command) {
    command->path = origin.command->path;
    command->path.push_back(path_of(origin.component, *origin.command));
  }
  if (done) {
    command->done = std::move(done);
  } else if (origin.command) {
    if (!origin.command->followers) origin.command->followers = std::make_shared<Followers>();
    origin.command->followers->begin();
    command->done = [followers = origin.command->followers, who = std::string(component)](
                        const std::optional<Refusal>& refusal, const Value&) { followers->answered(who, refusal); };
  } else {
    const auto asker = find(origin.component);
    command->done = [this, id = std::string(origin.component), what = path_of(component, *command),
                     redact = asker ? asker->redact() : Redaction()](const std::optional<Refusal>& refusal,
                                                                     const Value&) {
      if (refusal) log_.warning(id, "{}", redact(fmt::format("{} was refused: {}", what, refusal->message)));
    };
  }
  return command;
}

std::optional<Refusal> Peers::not_allowed(const Origin& origin, std::string_view component, const Command& command) {
  if (component == origin.component) {
    return Refusal{"loop", fmt::format("{} cannot command itself ({})", component, command.name)};
  }
  const std::string own = path_of(component, command);
  if (std::ranges::find(command.path, own) == command.path.end()) return std::nullopt;
  return Refusal{"loop", fmt::format("{} comes back to itself: {} → {}", own, fmt::join(command.path, " → "), own)};
}

void Peers::set(const Origin& origin, const ChannelName& channel, const Value& value, CommandDone done) {
  const auto instance = find(channel.component);
  const ChannelSpec* const spec = instance ? find_channel(*instance->config().spec, channel.channel) : nullptr;
  const std::string name = spec != nullptr ? spec->name : channel.channel;
  const auto command = make_command(origin, channel.component, name.empty() ? "set" : name + "/set", std::move(done));
  if (auto refusal = not_allowed(origin, channel.component, *command)) return command->done(std::move(refusal), {});
  if (!instance) return command->done(unknown(channel.component), {});
  if (auto refusal = apart(*instance)) return command->done(std::move(refusal), {});
  if (spec == nullptr || !spec->set)
    return command->done(unknown_channel(channel.component, name, *instance->config().spec), {});
  auto checked = check_value(value, *spec);
  if (auto* refusal = std::get_if<Refusal>(&checked)) return command->done(std::move(*refusal), {});
  SetRequest request;
  request.value = std::get<0>(std::move(checked));
  command->sets.push_back({std::shared_ptr<const ChannelSpec>(instance->config().spec, spec), std::move(request)});
  instance->execute(command);
}

void Peers::run(const Origin& origin, std::string_view component, std::string_view name, const Value& arguments,
                CommandDone done) {
  const auto command = make_command(origin, component, fmt::format("{}/run", name), std::move(done));
  if (auto refusal = not_allowed(origin, component, *command)) return command->done(std::move(refusal), {});
  const auto instance = find(component);
  if (!instance) return command->done(unknown(component), {});
  if (auto refusal = apart(*instance)) return command->done(std::move(refusal), {});
  const auto& spec = instance->config().spec;
  const auto found = std::ranges::find(spec->commands, name, &CommandSpec::name);
  if (found == spec->commands.end()) return command->done(unknown_command(component, name, *spec), {});
  auto checked = check_arguments(arguments.is_null() ? Value(Value::Map{}) : arguments, found->params);
  if (auto* refusal = std::get_if<Refusal>(&checked)) return command->done(std::move(*refusal), {});
  command->run = {spec, &*found};
  command->arguments = std::get<Value>(std::move(checked));
  instance->execute(command);
}

std::optional<Value> Peers::value(const ChannelName& channel) const {
  if (!channel.channel.empty()) return registry_.value(channel.component, channel.channel);
  const auto instance = find(channel.component);
  const ChannelSpec* const spec = instance ? find_channel(*instance->config().spec, {}) : nullptr;
  return spec == nullptr ? std::nullopt : registry_.value(channel.component, spec->name);
}

ChannelSpec Peers::channel(const ChannelName& channel) const {
  const auto instance = find(channel.component);
  if (!instance) throw DeviceError(unknown(channel.component).message);
  if (const auto refusal = apart(*instance)) throw DeviceError(refusal->message);
  const InstanceConfig& config = instance->config();
  const ChannelSpec* const found = find_channel(*config.spec, channel.channel);
  if (found == nullptr) throw DeviceError(missing_channel(channel.component, channel.channel, *config.spec));
  ChannelSpec spec = *found;
  spec.writable = static_cast<bool>(spec.set);
  spec.set = {};  // code of the other plugin
  const auto settings = config.channels.find(spec.name);
  if (settings != config.channels.end() && !settings->second.unit.empty()) spec.unit = settings->second.unit;
  return spec;
}

}  // namespace m2ag::host
