#include "component/router.h"

#include <fmt/format.h>

#include <algorithm>

#include "component/arguments.h"
#include "core/json.h"
#include "core/suggest.h"
#include "core/topic.h"

namespace m2ag::host {
namespace {

constexpr std::chrono::seconds kCommandDeadline{10};
constexpr std::chrono::seconds kLogWindow{10};
constexpr unsigned kLogsPerWindow = 20;

/// The text behind `prefix` and a slash, or nothing.
std::optional<std::string_view> behind(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix) || text.size() <= prefix.size() || text[prefix.size()] != '/') return std::nullopt;
  return text.substr(prefix.size() + 1);
}

std::string hint(const std::optional<std::string>& nearest) {
  return nearest ? fmt::format(", did you mean \"{}\"?", *nearest) : "";
}

}  // namespace

struct Router::Arrival {
  const IncomingMessage& message;
  std::string_view path;       ///< behind the device: "pump/state/set"
  std::string_view component;  ///< "pump"
  std::string_view command;    ///< "state/set"
  bool broadcast = false;
};

Router::Router(std::string base, std::vector<std::string> groups, Supervisor& supervisor, Services& services)
    : base_(std::move(base)), groups_(std::move(groups)), supervisor_(supervisor), services_(services) {
  for (const auto& [id, instance] : supervisor_.instances()) add_targets(instance);
}

void Router::add_targets(const std::shared_ptr<Instance>& instance) {
  const InstanceConfig& config = instance->config();
  Target whole{instance, nullptr, nullptr, true};
  for (const ChannelSpec& each : config.spec->channels) {
    if (!each.set) continue;
    const std::shared_ptr<const ChannelSpec> channel(config.spec, &each);
    targets_.emplace(config.id + '/' + each.name + "/set", Target{instance, channel, nullptr, false});
    if (each.main) whole.channel = channel;
  }
  targets_.emplace(config.id + "/set", std::move(whole));
  for (const CommandSpec& each : config.spec->commands) {
    targets_.emplace(config.id + '/' + each.name + "/run", Target{instance, nullptr, {config.spec, &each}, false});
  }
}

std::vector<std::string> Router::filters() const {
  std::vector<std::string> roots{base_ + '/' + services_.device, base_ + "/all"};
  for (const std::string& group : groups_) roots.push_back(base_ + "/group/" + group);
  std::vector<std::string> filters{roots.front() + "/request/+"};
  for (const std::string& root : roots) {
    for (const char* tail : {"/+/set", "/+/+/set", "/+/+/run", "/+/config/+/set"}) filters.push_back(root + tail);
  }
  return filters;
}

void Router::route(const IncomingMessage& message) {
  Arrival arrival{message, {}, {}, {}, false};
  const auto rest = behind(message.topic, base_);
  if (!rest) return;
  if (const auto own = behind(*rest, services_.device)) {
    arrival.path = *own;
  } else if (const auto all = behind(*rest, "all")) {
    arrival.path = *all;
    arrival.broadcast = true;
  } else if (const auto group = behind(*rest, "group")) {
    arrival.path = group->substr(std::min(group->find('/'), group->size() - 1) + 1);
    arrival.broadcast = true;
  } else {
    return;
  }
  const auto slash = arrival.path.find('/');
  arrival.component = arrival.path.substr(0, slash);
  arrival.command = slash == std::string_view::npos ? std::string_view() : arrival.path.substr(slash + 1);

  if (arrival.broadcast && !supervisor_.find(arrival.component)) return;         // meant for devices that have it
  if (message.retained && message.payload.empty() && !message.too_long) return;  // somebody clears a retained command
  if (message.retained) {
    return refuse(arrival,
                  {"retained",
                   "a command that arrives retained is stale and is never carried out: publish it without retain, and "
                   "clear the retained one"});
  }
  if (message.too_long) {
    return refuse(arrival, {"too_long", fmt::format("the payload is longer than {} KiB", kMaxCommandPayload / 1024)});
  }
  if (is_request(arrival)) return request(arrival);
  const auto target = targets_.find(arrival.path);
  if (target == targets_.end()) return refuse(arrival, explain_unknown(arrival));
  dispatch(target->second, arrival);
}

bool Router::is_request(const Arrival& arrival) { return !arrival.broadcast && arrival.component == "request"; }

void Router::dispatch(const Target& target, const Arrival& arrival) {
  const IncomingMessage& message = arrival.message;
  Command command;
  command.name = arrival.command;
  command.broadcast = arrival.broadcast;
  command.address = {std::string(message.response_topic), std::string(message.correlation_data), {}};
  command.deadline = message.arrival + kCommandDeadline;
  if (message.expiry) command.deadline = std::min(command.deadline, message.arrival + *message.expiry);
  if (target.run) return run(target, arrival, command);
  if (target.whole) return set_whole(target, arrival, command);
  auto decoded = decode_set(message.payload, *target.channel);
  if (auto* refusal = std::get_if<Refusal>(&decoded)) return refuse(arrival, std::move(*refusal));
  auto& request = std::get<SetRequest>(decoded);
  command.address.transaction = request.transaction;
  command.sets.push_back({target.channel, std::move(request)});
  target.instance->execute(std::make_shared<Command>(std::move(command)));
}

void Router::set_whole(const Target& target, const Arrival& arrival, Command& command) {
  auto decoded = decode_component_set(arrival.message.payload);
  if (auto* refusal = std::get_if<Refusal>(&decoded)) return refuse(arrival, std::move(*refusal));
  const auto& whole = std::get<ComponentSetRequest>(decoded);
  command.address.transaction = whole.transaction;
  if (whole.channels.empty()) {
    if (!target.channel) return refuse(arrival, explain_unknown(arrival));
    auto one = decode_set(whole.payload, *target.channel);
    if (auto* refusal = std::get_if<Refusal>(&one)) return refuse(arrival, std::move(*refusal));
    command.address.transaction = std::get<SetRequest>(one).transaction;
    command.sets.push_back({target.channel, std::get<SetRequest>(std::move(one))});
  }
  for (const auto& [name, value] : whole.channels) {
    const auto channel = targets_.find(fmt::format("{}/{}/set", arrival.component, name));
    if (channel == targets_.end()) {
      const Arrival one{arrival.message, arrival.path, arrival.component, name, arrival.broadcast};
      return refuse(arrival, explain_unknown(one));
    }
    auto checked = check_value(value, *channel->second.channel);
    if (auto* refusal = std::get_if<Refusal>(&checked)) return refuse(arrival, std::move(*refusal));
    SetRequest request;
    request.value = std::get<0>(std::move(checked));
    command.sets.push_back({channel->second.channel, std::move(request)});
  }
  target.instance->execute(std::make_shared<Command>(std::move(command)));
}

void Router::run(const Target& target, const Arrival& arrival, Command& command) {
  auto decoded = decode_run(arrival.message.payload);
  if (auto* refusal = std::get_if<Refusal>(&decoded)) return refuse(arrival, std::move(*refusal));
  auto& run = std::get<RunRequest>(decoded);
  auto arguments = check_arguments(run.arguments, target.run->params);
  if (auto* refusal = std::get_if<Refusal>(&arguments)) return refuse(arrival, std::move(*refusal));
  command.address.transaction = run.transaction;
  command.run = target.run;
  command.arguments = std::get<Value>(std::move(arguments));
  target.instance->execute(std::make_shared<Command>(std::move(command)));
}

void Router::request(const Arrival& arrival) {
  auto decoded = decode_run(arrival.message.payload);
  if (auto* refusal = std::get_if<Refusal>(&decoded)) return refuse(arrival, std::move(*refusal));
  const auto handler = requests_.find(std::string(arrival.command));
  if (handler == requests_.end()) {
    std::vector<std::string> known;
    for (const auto& [name, each] : requests_) known.push_back(name);
    std::ranges::sort(known);
    return refuse(arrival,
                  {"unknown_request", fmt::format("there is no request \"{}\"{}; known: {}", arrival.command,
                                                  hint(closest(arrival.command, known)), fmt::join(known, ", "))});
  }
  auto& run = std::get<RunRequest>(decoded);
  Reply reply;
  reply.request = true;
  reply.command = arrival.command;
  reply.ok = true;
  reply.address = {std::string(arrival.message.response_topic), std::string(arrival.message.correlation_data),
                   run.transaction};
  try {
    reply.data = handler->second(run.arguments);
  } catch (const CommandError& error) {
    reply.ok = false;
    reply.code = error.code();
    reply.message = error.what();
  }
  services_.reply(std::move(reply));
}

void Router::refuse(const Arrival& arrival, Refusal refusal) {
  ++refused_;
  log_refusal(arrival, refusal);
  Reply reply;
  reply.request = is_request(arrival);
  reply.component = arrival.component;
  reply.command = arrival.command;
  reply.code = std::move(refusal.code);
  reply.message = std::move(refusal.message);
  reply.address = {std::string(arrival.message.response_topic), std::string(arrival.message.correlation_data),
                   transaction_of(arrival.message.payload)};
  services_.reply(std::move(reply));
}

void Router::log_refusal(const Arrival& arrival, const Refusal& refusal) {
  // Who sends nonsense at full speed must not fill the disk with it.
  const auto now = services_.clock.now();
  if (now - log_window_ > kLogWindow) {
    if (logged_in_window_ > kLogsPerWindow) {
      services_.log.warning("", "{} more commands were refused in the last seconds",
                            logged_in_window_ - kLogsPerWindow);
    }
    log_window_ = now;
    logged_in_window_ = 0;
  }
  if (++logged_in_window_ > kLogsPerWindow) return;
  services_.log.warning(arrival.component, "refused {}: {}", arrival.command, refusal.message);
}

Refusal Router::explain_unknown(const Arrival& arrival) const {
  const auto instance = supervisor_.find(arrival.component);
  if (!instance) {
    std::vector<std::string> ids;
    for (const auto& [id, each] : supervisor_.instances()) ids.push_back(id);
    return {"unknown_component",
            fmt::format("there is no component \"{}\"{}", arrival.component, hint(closest(arrival.component, ids)))};
  }
  const ComponentSpec& spec = *instance->config().spec;
  const std::string_view word = arrival.command.substr(0, arrival.command.rfind('/'));
  std::vector<std::string> writable;
  for (const ChannelSpec& channel : spec.channels) {
    if (channel.name == word && !channel.set) {
      return {"read_only", fmt::format("{}: the channel \"{}\" cannot be set", arrival.component, word)};
    }
    if (channel.set) writable.push_back(channel.name);
  }
  if (arrival.command.ends_with("/run")) {
    std::vector<std::string> commands;
    for (const CommandSpec& each : spec.commands) commands.push_back(each.name);
    return {"unknown_command",
            fmt::format("{}: there is no command \"{}\"{}; {}", arrival.component, word, hint(closest(word, commands)),
                        commands.empty() ? "it has none" : fmt::format("it has {}", fmt::join(commands, ", ")))};
  }
  if (const auto reg = behind(arrival.command, "config")) {
    return {"unknown_register",
            fmt::format("{}: there is no register \"{}\"", arrival.component, reg->substr(0, reg->find('/')))};
  }
  const std::string can =
      writable.empty() ? "nothing of it can be set" : fmt::format("it has {}", fmt::join(writable, ", "));
  if (arrival.command == "set")
    return {"unknown_channel", fmt::format("{}: it has no main channel to set; {}", arrival.component, can)};
  return {"unknown_channel", fmt::format("{}: there is no channel \"{}\"{}; {}", arrival.component, word,
                                         hint(closest(word, writable)), can)};
}

}  // namespace m2ag::host
