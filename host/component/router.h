// From a command topic to a handler of a component: finds who is meant, checks the payload, puts the command on the lane, and refuses with a
// sentence what cannot be done. Nothing is ever silently dropped and nothing half applied.
// route() from one thread at a time (the MQTT client's); returns at once.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "component/instance.h"
#include "component/supervisor.h"
#include "core/message.h"

namespace m2ag::host {

/// A request to the device (`<device>/request/<op>`): what it answers, or throws CommandError.
using RequestHandler = std::function<Value(const Value& arguments)>;

class Router {
 public:
  /// `base` is the base topic, `groups` those the device belongs to. The supervisor's components are all added already.
  Router(std::string base, std::vector<std::string> groups, Supervisor& supervisor, Services& services);

  void on_request(std::string operation, RequestHandler handler) {
    requests_.emplace(std::move(operation), std::move(handler));
  }

  /// The filters that bring everything this router understands.
  std::vector<std::string> filters() const;

  void route(const IncomingMessage& message);

  /// Messages refused so far, of any reason that is found here.
  std::uint64_t refused() const { return refused_; }

 private:
  struct Target {
    std::shared_ptr<Instance> instance;
    std::shared_ptr<const ChannelSpec> channel;  ///< of `<channel>/set`, and of `set` with a bare value
    std::shared_ptr<const CommandSpec> run;
    bool whole = false;  ///< `<component>/set`
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Targets = std::unordered_map<std::string, Target, Hash, std::equal_to<>>;

  struct Arrival;  // one message with the parts of its topic

  void add_targets(const std::shared_ptr<Instance>& instance);
  void dispatch(const Target& target, const Arrival& arrival);
  void set_whole(const Target& target, const Arrival& arrival, Command& command);
  void run(const Target& target, const Arrival& arrival, Command& command);
  static bool is_request(const Arrival& arrival);
  void request(const Arrival& arrival);
  void refuse(const Arrival& arrival, Refusal refusal);
  void log_refusal(const Arrival& arrival, const Refusal& refusal);
  Refusal explain_unknown(const Arrival& arrival) const;

  const std::string base_;
  const std::vector<std::string> groups_;
  Supervisor& supervisor_;
  Services& services_;
  Targets targets_;  ///< by the topic's part behind the device: "pump/state/set"
  std::unordered_map<std::string, RequestHandler> requests_;
  std::atomic<std::uint64_t> refused_{0};
  Clock::time_point log_window_{};  ///< start of the time in which so many refusals have been logged
  unsigned logged_in_window_ = 0;
};

}  // namespace m2ag::host
