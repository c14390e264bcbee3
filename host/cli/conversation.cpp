#include "cli/conversation.h"

#include <fmt/format.h>

#include <cstdio>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <utility>

#include "cli/client_wait.h"
#include "cli/exit_code.h"
#include "cli/seconds_option.h"
#include "core/clock.h"
#include "core/executor.h"
#include "core/log.h"
#include "mqtt/client.h"

namespace m2ag::host {
namespace {

/// The payload with a `transaction`, by which the answer is known in MQTT 3.1.1. A bare value becomes the object it stands for.
std::string with_transaction(const Question& question, const std::string& transaction) {
  auto object = nlohmann::json::parse(question.payload, nullptr, false);
  if (!object.is_object()) {
    if (!question.topic.ends_with("/set")) return nlohmann::json{{"transaction", transaction}}.dump();
    object = nlohmann::json{{"value", question.payload}};
  }
  object["transaction"] = transaction;
  return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// One message and, for a command, its answer.
class Conversation {
 public:
  Conversation(std::string_view verb, const Question& question, MqttSettings settings)
      : verb_(verb),
        question_(question),
        id_(fmt::format("{:08x}{:08x}", std::random_device()(), std::random_device()())) {
    log_.add_sink(stderr_sink());
    MqttClient::Handlers handlers;
    handlers.on_message = [this](const MqttMessage& message) { on_message(message); };
    handlers.on_connected = [this](bool, MqttVersion version) { on_connected(version); };
    client_.emplace(std::move(settings), std::move(handlers), executor_, log_);
  }

  Answer hold() {
    const bool answered = !question_.reply_topic.empty();
    if (answered) subscribe();
    client_->start();
    const ClientWait::End end = wait_.wait(to_wait(question_.seconds));
    const MqttStats before = client_->stats();
    const bool all_sent = client_->disconnect(std::chrono::milliseconds(2000));
    if (end == ClientWait::End::signal) return {kExitSystemWrong, {}};
    if (end == ClientWait::End::timeout) return complain(before, answered);
    if (!answered) {
      if (all_sent && client_->stats().refused == 0) return {kExitOk, {}};
      fmt::print(stderr, "m2ag {}: the broker did not take the message{}\n", verb_,
                 all_sent ? ": it refuses this topic to us" : " in time");
      return {kExitSystemWrong, {}};
    }
    const std::lock_guard lock(mutex_);
    return {ok_ ? kExitOk : kExitInputWrong, answer_};
  }

 private:
  /// The answer is asked for on the device's own reply topic, which needs no right beyond those to watch the device.
  void subscribe() {
    Subscription subscription;
    subscription.filter = question_.reply_topic;
    client_->subscribe({std::move(subscription)});
  }

  void on_connected(MqttVersion version) {
    const std::lock_guard lock(mutex_);
    if (std::exchange(sent_, true)) return;  // a reconnect must not command twice
    PublishRequest request;
    request.topic = question_.topic;
    request.retain = question_.retain;
    request.payload = question_.payload;
    const bool answered = !question_.reply_topic.empty();
    if (answered && version == MqttVersion::v5) {
      request.response_topic = question_.reply_topic;
      request.correlation_data = id_;
    } else if (answered) {
      request.payload = with_transaction(question_, id_);
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

  Answer complain(const MqttStats& stats, bool answered) const {
    if (stats.connects == 0) {
      fmt::print(stderr, "m2ag {}: the broker could not be reached in time: {}\n", verb_, stats.last_error);
    } else if (answered) {
      fmt::print(stderr, "m2ag {}: no answer came in time: is the device running, and the topic right?\n", verb_);
    } else {
      fmt::print(stderr, "m2ag {}: it could not be published in time\n", verb_);
    }
    return {kExitSystemWrong, {}};
  }

  const std::string verb_;
  const Question& question_;
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

}  // namespace

Answer ask(std::string_view verb, const Question& question, MqttSettings settings) {
  return Conversation(verb, question, std::move(settings)).hold();
}

}  // namespace m2ag::host
