#include "component/router.h"

#include <fmt/format.h>

#include <algorithm>

#include "component/arguments.h"
#include "component/register_value.h"
#include "component/unknown.h"
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
  const Targets& targets;      ///< those of the moment of its arrival
  bool broadcast = false;
};

Router::Router(std::string base, std::vector<std::string> groups, Supervisor& supervisor, Services& services)
    : base_(std::move(base)), supervisor_(supervisor), services_(services) {
  update(std::move(groups));
}

void Router::on_request(std::string operation, RequestHandler handler) {
  on_long_request(std::move(operation),
                  [handler = std::move(handler)](const Value& arguments, const RequestAnswer& answer) {
                    std::variant<Value, Refusal> outcome;
                    try {
                      outcome = handler(arguments);
                    } catch (const CommandError& error) {
                      outcome = Refusal{error.code(), error.what()};
                    }
                    answer(std::move(outcome));
                  });
}

void Router::update(std::vector<std::string> groups) {
  auto targets = std::make_shared<Targets>();
  for (const auto& [id, instance] : supervisor_.instances()) add_targets(instance, *targets);
  const std::lock_guard lock(mutex_);
  groups_ = std::move(groups);
  targets_ = std::move(targets);
}

void Router::add_targets(const std::shared_ptr<Instance>& instance, Targets& targets) {
  const InstanceConfig& config = instance->config();
  if (config.isolated) {
    targets.emplace(config.id, Target{instance, nullptr, nullptr, false, nullptr});
    return;
  }
  Target whole{instance, nullptr, nullptr, true, nullptr};
  for (const ChannelSpec& each : config.spec->channels) {
    if (!each.set) continue;
    const std::shared_ptr<const ChannelSpec> channel(config.spec, &each);
    targets.emplace(config.id + '/' + each.name + "/set", Target{instance, channel, nullptr, false, nullptr});
    if (each.main) whole.channel = channel;
  }
  targets.emplace(config.id + "/set", std::move(whole));
  for (const CommandSpec& each : config.spec->commands) {
    targets.emplace(config.id + '/' + each.name + "/run",
                    Target{instance, nullptr, {config.spec, &each}, false, nullptr});
  }
  for (const ParamSpec& each : instance->registers().specs()) {
    targets.emplace(config.id + "/config/" + each.name + "/set",
                    Target{instance, nullptr, nullptr, false, {instance, &each}});
  }
}

std::vector<std::string> Router::filters() const {
  std::vector<std::string> roots{base_ + '/' + services_.device, base_ + "/all"};
  {
    const std::lock_guard lock(mutex_);
    for (const std::string& group : groups_) roots.push_back(base_ + "/group/" + group);
  }
  std::vector<std::string> filters{roots.front() + "/request/+"};
  for (const std::string& root : roots) {
    for (const char* tail : {"/+/set", "/+/+/set", "/+/+/run", "/+/config/+/set"}) filters.push_back(root + tail);
  }
  return filters;
}

std::shared_ptr<Instance> Router::isolated(const Targets& targets, std::string_view component) {
  const auto found = targets.find(component);
  return found == targets.end() ? nullptr : found->second.instance;
}

void Router::route(const IncomingMessage& message) {
  std::shared_ptr<const Targets> targets;
  {
    const std::lock_guard lock(mutex_);
    targets = targets_;
  }
  Arrival arrival{message, {}, {}, {}, *targets, false};
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
  const std::size_t most = most_payload(arrival);
  if (message.too_long || message.payload.size() > most)
    return refuse(arrival, {"too_long", fmt::format("the payload is longer than {} KiB", most / 1024)});
  if (const auto apart = isolated(*targets, arrival.component)) return hand_over(*apart, arrival);
  if (is_request(arrival)) return request(arrival);
  const auto target = targets->find(arrival.path);
  if (target == targets->end()) return refuse(arrival, explain_unknown(arrival));
  dispatch(target->second, arrival);
}

std::size_t Router::most_payload(const Arrival& arrival) {
  return is_request(arrival) && arrival.command.starts_with("config-") ? kMaxConfigPayload : kMaxCommandPayload;
}

bool Router::is_request(const Arrival& arrival) { return !arrival.broadcast && arrival.component == "request"; }

Command Router::command_of(const Arrival& arrival) {
  const IncomingMessage& message = arrival.message;
  Command command;
  command.name = arrival.command;
  command.broadcast = arrival.broadcast;
  command.address = {std::string(message.response_topic), std::string(message.correlation_data), {}, message.handed};
  command.deadline = message.arrival + kCommandDeadline;
  if (message.expiry) command.deadline = std::min(command.deadline, message.arrival + *message.expiry);
  return command;
}

void Router::dispatch(const Target& target, const Arrival& arrival) {
  const IncomingMessage& message = arrival.message;
  Command command = command_of(arrival);
  if (target.run) return run(target, arrival, command);
  if (target.register_spec) return set_register(target, arrival, command);
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
    const auto channel = arrival.targets.find(fmt::format("{}/{}/set", arrival.component, name));
    if (channel == arrival.targets.end()) {
      const Arrival one{arrival.message, arrival.path, arrival.component, name, arrival.targets, arrival.broadcast};
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

void Router::set_register(const Target& target, const Arrival& arrival, Command& command) {
  auto decoded = decode_register(arrival.message.payload, *target.register_spec);
  if (auto* refusal = std::get_if<Refusal>(&decoded)) return refuse(arrival, std::move(*refusal));
  auto& request = std::get<RegisterRequest>(decoded);
  command.address.transaction = std::move(request.transaction);
  command.registers = Value::Map{{target.register_spec->name, std::move(request.value)}};
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
  if (auto* wrong = std::get_if<Refusal>(&decoded)) return refuse(arrival, std::move(*wrong));
  auto& run = std::get<RunRequest>(decoded);
  const std::string operation(arrival.command);
  const auto of_component = command_requests_.find(operation);
  const Value* id = of_component == command_requests_.end() ? nullptr : run.arguments.find("component");
  const std::string_view component = id != nullptr && id->is_text() ? std::string_view(id->as_text()) : "";
  if (const auto apart = isolated(arrival.targets, component)) return hand_over(*apart, arrival);
  if (of_component != command_requests_.end()) return request_command(arrival, of_component->second, run);
  const auto handler = requests_.find(operation);
  if (handler == requests_.end()) return refuse(arrival, explain_unknown_request(arrival));
  Reply reply;
  reply.request = true;
  reply.command = arrival.command;
  reply.ok = true;
  reply.address = {std::string(arrival.message.response_topic), std::string(arrival.message.correlation_data),
                   run.transaction, arrival.message.handed};
  handler->second(run.arguments, [this, reply = std::move(reply)](std::variant<Value, Refusal> answer) mutable {
    if (auto* data = std::get_if<Value>(&answer)) {
      reply.data = std::move(*data);
    } else {
      reply.ok = false;
      reply.code = std::get<Refusal>(answer).code;
      reply.message = std::get<Refusal>(answer).message;
      reply.details = std::get<Refusal>(answer).details;
    }
    services_.reply(reply);
  });
}

void Router::request_command(const Arrival& arrival, const CommandRequestHandler& handler, const RunRequest& run) {
  Command command = command_of(arrival);
  command.request = true;
  command.address.transaction = run.transaction;
  std::shared_ptr<Instance> instance;
  try {
    instance = handler(run.arguments, command);
  } catch (const CommandError& error) {
    return refuse(arrival, {error.code(), error.what()});
  }
  instance->execute(std::make_shared<Command>(std::move(command)));
}

Refusal Router::explain_unknown_request(const Arrival& arrival) const {
  std::vector<std::string> known;
  for (const auto& [name, each] : requests_) known.push_back(name);
  for (const auto& [name, each] : command_requests_) known.push_back(name);
  std::ranges::sort(known);
  return {"unknown_request", fmt::format("there is no request \"{}\"{}; known: {}", shown_word(arrival.command),
                                         hint(closest(arrival.command, known)), fmt::join(known, ", "))};
}

Reply Router::reply_to(const Arrival& arrival) {
  Reply reply;
  reply.request = is_request(arrival);
  reply.component = shown_word(arrival.component);
  reply.command = shown_word(arrival.command);
  reply.address = {std::string(arrival.message.response_topic), std::string(arrival.message.correlation_data),
                   transaction_of(arrival.message.payload), arrival.message.handed};
  return reply;
}

void Router::hand_over(Instance& apart, const Arrival& arrival) {
  switch (apart.handover().give(arrival.message, reply_to(arrival))) {
    case Handover::Outcome::given: return;
    case Handover::Outcome::closed: return refuse(arrival, apart.away());
    case Handover::Outcome::full:
      return refuse(arrival, {"busy", apart.config().id + ": its process has no room for another command"});
  }
}

void Router::refuse(const Arrival& arrival, Refusal refusal) {
  ++refused_;
  log_refusal(arrival, refusal);
  Reply reply = reply_to(arrival);
  reply.code = std::move(refusal.code);
  reply.message = std::move(refusal.message);
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
  services_.log.warning(shown_word(arrival.component), "refused {}: {}", shown_word(arrival.command), refusal.message);
}

Refusal Router::explain_unknown(const Arrival& arrival) const {
  const auto instance = supervisor_.find(arrival.component);
  if (!instance) {
    std::vector<std::string> ids;
    for (const auto& [id, each] : supervisor_.instances()) ids.push_back(id);
    return unknown_component(arrival.component, ids);
  }
  const ComponentSpec& spec = *instance->config().spec;
  const std::string_view word = arrival.command.substr(0, arrival.command.rfind('/'));
  if (arrival.command.ends_with("/run")) return unknown_command(arrival.component, word, spec);
  if (const auto reg = behind(arrival.command, "config")) {
    return instance->registers().explain_unknown(reg->substr(0, reg->find('/')));
  }
  return unknown_channel(arrival.component, arrival.command == "set" ? std::string_view() : word, spec);
}

}  // namespace m2ag::host
