// For tests: a client with everything that happened to it, and waiting for it with a deadline.
// Its functions may be called from any thread.
#pragma once

#include "mqtt/client.h"

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

namespace m2ag::host {

class TestClient {
 public:
  struct Message {
    std::string topic;
    std::string payload;
    MqttMessage info;  // its views are empty
    std::string response_topic;
    std::string correlation_data;
  };

  explicit TestClient(MqttSettings settings, bool start = true);

  /// Reconnects fast.
  static MqttSettings settings(const std::string& url, const std::string& id);

  MqttClient& client() { return *client_; }
  MqttClient* operator->() { return client_.get(); }
  void destroy() { client_.reset(); }

  /// True when `condition` became true within `seconds`; looked at again after each event and every few milliseconds.
  bool eventually(const std::function<bool()>& condition, int seconds = 20);
  bool wait_connected(std::uint64_t times = 1);

  std::vector<Message> messages();
  std::size_t message_count();
  void forget_messages();
  std::vector<std::string> log_lines();
  /// Whether a log line has this text in it.
  bool logged(const std::string& text);
  std::vector<std::string> refused_filters();
  bool session_present();
  /// Called in on_connected.
  void when_connected(std::function<void()> action);
  void when_message(std::function<void(const MqttMessage&)> action);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Message> messages_;
  std::vector<std::string> log_lines_;
  std::vector<std::string> refused_;
  bool session_present_ = false;
  std::function<void()> when_connected_;
  std::function<void(const MqttMessage&)> when_message_;
  Log log_;
  const SystemClock clock_;
  Executor executor_{clock_};
  std::unique_ptr<MqttClient> client_;
};

}  // namespace m2ag::host
