// From a command topic to a handler of a component: finds who is meant, checks the payload, puts the command on the lane, and refuses with a
// sentence what cannot be done. Nothing is ever silently dropped and nothing half applied.
// route() from one thread at a time (the MQTT client's); returns at once.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "component/instance.h"
#include "component/supervisor.h"
#include "core/message.h"

namespace m2ag::host {

/// A request to the device (`<device>/request/<op>`): what it answers, or throws CommandError.
using RequestHandler = std::function<Value(const Value& arguments)>;
/// One that a component carries out and answers: says in `command` what, and gives the component; or throws CommandError.
using CommandRequestHandler = std::function<std::shared_ptr<Instance>(const Value& arguments, Command& command)>;
/// Called once, on any thread, with what is answered.
using RequestAnswer = std::function<void(std::variant<Value, Refusal> answer)>;
/// A request that takes its time: hands it on and returns.
using LongRequestHandler = std::function<void(const Value& arguments, RequestAnswer answer)>;

class Router {
 public:
  /// `base` is the base topic, `groups` those the device belongs to.
  Router(std::string base, std::vector<std::string> groups, Supervisor& supervisor, Services& services);

  /// Before the first message.
  void on_request(std::string operation, RequestHandler handler);
  void on_long_request(std::string operation, LongRequestHandler handler) {
    requests_.emplace(std::move(operation), std::move(handler));
  }

  void on_command_request(std::string operation, CommandRequestHandler handler) {
    command_requests_.emplace(std::move(operation), std::move(handler));
  }

  /// The supervisor's components or the groups have changed: from here on these are meant. Any thread.
  void update(std::vector<std::string> groups);

  /// The filters that bring everything this router understands. Any thread.
  std::vector<std::string> filters() const;

  void route(const IncomingMessage& message);

  /// Messages refused so far, of any reason that is found here.
  std::uint64_t refused() const { return refused_; }

 private:
  struct Target {
    std::shared_ptr<Instance> instance;
    std::shared_ptr<const ChannelSpec> channel;  ///< of `<channel>/set`, and of `set` with a bare value
    std::shared_ptr<const CommandSpec> run;
    bool whole = false;                              ///< `<component>/set`
    std::shared_ptr<const ParamSpec> register_spec;  ///< of `config/<register>/set`
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Targets = std::unordered_map<std::string, Target, Hash, std::equal_to<>>;

  struct Arrival;  // one message with the parts of its topic

  static void add_targets(const std::shared_ptr<Instance>& instance, Targets& targets);
  static Command command_of(const Arrival& arrival);
  void dispatch(const Target& target, const Arrival& arrival);
  void set_whole(const Target& target, const Arrival& arrival, Command& command);
  void set_register(const Target& target, const Arrival& arrival, Command& command);
  void run(const Target& target, const Arrival& arrival, Command& command);
  static bool is_request(const Arrival& arrival);
  static std::size_t most_payload(const Arrival& arrival);
  /// Null unless the component is isolated.
  static std::shared_ptr<Instance> isolated(const Targets& targets, std::string_view component);
  void request(const Arrival& arrival);
  void request_command(const Arrival& arrival, const CommandRequestHandler& handler, const RunRequest& run);
  Refusal explain_unknown_request(const Arrival& arrival) const;
  static Reply reply_to(const Arrival& arrival);
  /// To the process of an isolated component.
  void hand_over(Instance& apart, const Arrival& arrival);
  void refuse(const Arrival& arrival, Refusal refusal);
  void log_refusal(const Arrival& arrival, const Refusal& refusal);
  Refusal explain_unknown(const Arrival& arrival) const;

  const std::string base_;
  Supervisor& supervisor_;
  Services& services_;
  mutable std::mutex mutex_;  // groups_ and which targets_
  std::vector<std::string> groups_;
  std::shared_ptr<const Targets>
      targets_;  ///< by the topic's part behind the device: "pump/state/set"; what is isolated by its id
  std::unordered_map<std::string, LongRequestHandler> requests_;
  std::unordered_map<std::string, CommandRequestHandler> command_requests_;
  std::atomic<std::uint64_t> refused_{0};
  Clock::time_point log_window_{};  ///< start of the time in which so many refusals have been logged
  unsigned logged_in_window_ = 0;
};

}  // namespace m2ag::host
