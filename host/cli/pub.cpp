#include "cli/pub.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>

#include "cli/client_settings.h"
#include "cli/client_wait.h"
#include "cli/exit_code.h"
#include "cli/seconds_option.h"
#include "core/log.h"
#include "core/topic.h"
#include "mqtt/client.h"

namespace m2ag::host {
namespace {

struct Options {
  std::filesystem::path config;
  std::string topic, payload;
  double seconds = 5;
  bool no_wait = false;
  bool retain = false;
};

/// Whether devices of this base topic take it as a command. Others' topics are left alone.
bool is_command(const std::string& topic, const std::string& base) {
  return topic.starts_with(base + '/') &&
         (topic.ends_with("/set") || topic.ends_with("/run") || topic.find("/request/") != std::string::npos);
}

/// A command topic that no device listens to, as a sentence: nobody would answer, and nobody would know why.
std::optional<std::string> shape_problem(const std::string& topic, const std::string& base) {
  if (!is_command(topic, base)) return std::nullopt;
  auto levels = split(std::string_view(topic).substr(base.size() + 1));
  const std::size_t device = levels.front() == "group" ? 2 : 1;  // or "all"
  if (levels.size() > device + 1) {
    levels.erase(levels.begin(), levels.begin() + static_cast<std::ptrdiff_t>(device));
    const bool set = levels.back() == "set";
    const bool request = device == 1 && levels.front() == "request" && levels.size() == 2;
    const bool configuration = levels.size() == 4 && levels[1] == "config" && set;
    if (request || configuration || (set && levels.size() <= 3) || (!set && levels.size() == 3)) return std::nullopt;
  }
  return fmt::format(
      "no device listens on {0}: commands go to {1}/DEVICE/COMPONENT/set, {1}/DEVICE/COMPONENT/CHANNEL/set, "
      "{1}/DEVICE/COMPONENT/COMMAND/run or {1}/DEVICE/request/REQUEST",
      topic, base);
}

std::optional<std::string> retain_problem(const Options& options, const std::string& base) {
  if (!options.retain || !is_command(options.topic, base)) return std::nullopt;
  return "a command is never published retained: devices refuse it, since it would come again with every connection";
}

/// Where the answer to a command is expected; empty when it goes to many devices, each of which answers for itself, or to none.
std::string reply_topic(const std::string& topic, const std::string& base) {
  if (!is_command(topic, base)) return {};
  const auto parts = split(std::string_view(topic).substr(base.size() + 1));
  if (parts.size() < 3 || parts[0] == "all" || parts[0] == "group") return {};
  if (parts[1] == "request") return fmt::format("{}/{}/response/{}", base, parts[0], parts[2]);
  return fmt::format("{}/{}/{}/reply", base, parts[0], parts[1]);
}

/// The payload with a `transaction`, by which the answer is known in MQTT 3.1.1. A bare value becomes the object it stands for.
std::string with_transaction(const Options& options, const std::string& transaction) {
  auto object = nlohmann::json::parse(options.payload, nullptr, false);
  if (!object.is_object()) {
    if (!options.topic.ends_with("/set")) return nlohmann::json{{"transaction", transaction}}.dump();
    object = nlohmann::json{{"value", options.payload}};
  }
  object["transaction"] = transaction;
  return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// One message and, for a command, its answer.
class Conversation {
 public:
  Conversation(const Options& options, ClientBroker broker)
      : options_(options),
        reply_topic_(options.no_wait ? std::string() : reply_topic(options.topic, broker.base_topic)),
        id_(fmt::format("{:08x}{:08x}", std::random_device()(), std::random_device()())) {
    log_.add_sink(stderr_sink());
    MqttClient::Handlers handlers;
    handlers.on_message = [this](const MqttMessage& message) { on_message(message); };
    handlers.on_connected = [this](bool, MqttVersion version) { on_connected(version); };
    client_.emplace(std::move(broker.settings), std::move(handlers), executor_, log_);
  }

  int hold() {
    const bool answered = !reply_topic_.empty();
    if (answered) subscribe();
    client_->start();
    const ClientWait::End end = wait_.wait(to_wait(options_.seconds));
    const MqttStats before = client_->stats();
    const bool all_sent = client_->disconnect(std::chrono::milliseconds(2000));
    if (end == ClientWait::End::signal) return kExitSystemWrong;
    if (end == ClientWait::End::timeout) return complain(before, answered);
    if (!answered) {
      if (all_sent && client_->stats().refused == 0) return kExitOk;
      fmt::print(stderr, "m2ag pub: the broker did not take the message{}\n",
                 all_sent ? ": it refuses this topic to us" : " in time");
      return kExitSystemWrong;
    }
    const std::lock_guard lock(mutex_);
    std::cout << answer_ << std::endl;
    return ok_ ? kExitOk : kExitInputWrong;
  }

 private:
  /// The answer is asked for on the device's own reply topic, which needs no right beyond those to watch the device.
  void subscribe() {
    Subscription subscription;
    subscription.filter = reply_topic_;
    client_->subscribe({std::move(subscription)});
  }

  void on_connected(MqttVersion version) {
    const std::lock_guard lock(mutex_);
    if (std::exchange(sent_, true)) return;  // a reconnect must not command twice
    PublishRequest request;
    request.topic = options_.topic;
    request.retain = options_.retain;
    request.payload = options_.payload;
    const bool answered = !reply_topic_.empty();
    if (answered && version == MqttVersion::v5) {
      request.response_topic = reply_topic_;
      request.correlation_data = id_;
    } else if (answered) {
      request.payload = with_transaction(options_, id_);
    }
    client_->publish(std::move(request));
    if (!answered) wait_.done();
  }

  void on_message(const MqttMessage& message) {
    auto object = nlohmann::json::parse(message.payload, nullptr, false);
    if (!object.is_object()) return;
    const auto transaction = object.find("transaction");
    const bool by_transaction = transaction != object.end() && *transaction == id_;
    if (!by_transaction && message.correlation_data != id_) return;
    if (by_transaction) object.erase(transaction);
    const std::lock_guard lock(mutex_);
    if (!answer_.empty()) return;
    const auto ok = object.find("ok"), status = object.find("status");
    ok_ = (ok != object.end() && *ok == true) || (status != object.end() && *status == "ok");
    answer_ = object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    wait_.done();
  }

  int complain(const MqttStats& stats, bool answered) const {
    if (stats.connects == 0) {
      fmt::print(stderr, "m2ag pub: the broker could not be reached in time: {}\n", stats.last_error);
    } else if (answered) {
      fmt::print(stderr, "m2ag pub: no answer came in time: is the device running, and the topic right?\n");
    } else {
      fmt::print(stderr, "m2ag pub: it could not be published in time\n");
    }
    return kExitSystemWrong;
  }

  const Options& options_;
  const std::string reply_topic_;
  const std::string id_;
  ClientWait wait_;
  Log log_{LogLevel::warning};
  std::mutex mutex_;
  std::string answer_;
  bool ok_ = false, sent_ = false;
  const SystemClock clock_;
  Executor executor_{clock_, {.keep = 1}};
  std::optional<MqttClient> client_;  // last: its threads use the above
};

int publish(Options& options) {
  if (!valid_topic(options.topic)) {
    std::fprintf(stderr, "m2ag pub: \"%s\" is no topic to publish on: it has no + and no #\n", options.topic.c_str());
    return kExitInputWrong;
  }
  if (options.payload == "-") options.payload.assign(std::istreambuf_iterator<char>(std::cin), {});
  auto broker = client_broker(options.config);
  if (!broker) return kExitInputWrong;
  auto problem = retain_problem(options, broker->base_topic);
  if (!problem) problem = shape_problem(options.topic, broker->base_topic);
  if (problem) {
    std::fprintf(stderr, "m2ag pub: %s\n", problem->c_str());
    return kExitInputWrong;
  }
  if (!reply_topic(options.topic, broker->base_topic).empty() && !options.topic.ends_with("/set") &&
      !options.payload.empty() && !nlohmann::json::parse(options.payload, nullptr, false).is_object()) {
    fmt::print(stderr, "m2ag pub: {} takes a JSON object of arguments, or nothing\n", options.topic);
    return kExitInputWrong;
  }
  return Conversation(options, std::move(*broker)).hold();
}

}  // namespace

void add_pub_verb(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand(
      "pub", "Publish a message; a command waits for its answer, prints it, and exits with 1 when refused");
  verb->add_option("--config", options->config, "descriptor whose broker and certificates are used")
      ->required()
      ->envname("M2AG_CONFIG");
  verb->add_option("TOPIC", options->topic, "such as m2ag/demo/pump/set")->required();
  verb->add_option("PAYLOAD", options->payload, "such as ON; - reads it from standard input");
  add_wait_option(*verb, options->seconds, "how long to wait for the answer")->capture_default_str();
  verb->add_flag("--no-wait", options->no_wait, "do not wait for an answer");
  verb->add_flag("--retain", options->retain, "let the broker keep it");
  verb->callback([options, &exit_code] { exit_code = publish(*options); });
}

}  // namespace m2ag::host
