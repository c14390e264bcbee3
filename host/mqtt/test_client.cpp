#include "mqtt/test_client.h"

#include <algorithm>

namespace m2ag::host {

TestClient::TestClient(MqttSettings settings, bool start) {
  log_.add_sink([this](const LogLine& line) {
    const std::lock_guard lock(mutex_);
    log_lines_.emplace_back(line.message);
    changed_.notify_all();
  });
  MqttClient::Handlers handlers;
  handlers.on_message = [this](const MqttMessage& message) {
    std::function<void(const MqttMessage&)> action;
    {
      const std::lock_guard lock(mutex_);
      Message copy{std::string(message.topic), std::string(message.payload), message,
                   std::string(message.response_topic), std::string(message.correlation_data)};
      copy.info.topic = copy.info.payload = copy.info.response_topic = copy.info.correlation_data = {};
      messages_.push_back(std::move(copy));
      action = when_message_;
      changed_.notify_all();
    }
    if (action) action(message);
  };
  handlers.on_connected = [this](bool session_present, MqttVersion) {
    std::function<void()> action;
    {
      const std::lock_guard lock(mutex_);
      session_present_ = session_present;
      action = when_connected_;
      changed_.notify_all();
    }
    if (action) action();
  };
  handlers.on_subscribe_refused = [this](const std::string& filter, const std::string&) {
    const std::lock_guard lock(mutex_);
    refused_.push_back(filter);
    changed_.notify_all();
  };
  client_ = std::make_unique<MqttClient>(std::move(settings), std::move(handlers), executor_, log_);
  if (start) client_->start();
}

MqttSettings TestClient::settings(const std::string& url, const std::string& id) {
  MqttSettings settings;
  settings.url = url;
  settings.client_id = id;
  settings.backoff_first = std::chrono::milliseconds(50);
  settings.backoff_most = std::chrono::milliseconds(500);
  settings.connect_timeout = std::chrono::seconds(5);
  return settings;
}

bool TestClient::eventually(const std::function<bool()>& condition, int seconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::milliseconds(10));
  }
  return true;
}

bool TestClient::wait_connected(std::uint64_t times) {
  return eventually([&] { return client_->stats().connected && client_->stats().connects >= times; });
}

std::vector<TestClient::Message> TestClient::messages() {
  const std::lock_guard lock(mutex_);
  return messages_;
}

std::size_t TestClient::message_count() {
  const std::lock_guard lock(mutex_);
  return messages_.size();
}

void TestClient::forget_messages() {
  const std::lock_guard lock(mutex_);
  messages_.clear();
}

std::vector<std::string> TestClient::log_lines() {
  const std::lock_guard lock(mutex_);
  return log_lines_;
}

bool TestClient::logged(const std::string& text) {
  const std::lock_guard lock(mutex_);
  return std::any_of(log_lines_.begin(), log_lines_.end(),
                     [&](const auto& line) { return line.find(text) != std::string::npos; });
}

std::vector<std::string> TestClient::refused_filters() {
  const std::lock_guard lock(mutex_);
  return refused_;
}

bool TestClient::session_present() {
  const std::lock_guard lock(mutex_);
  return session_present_;
}

void TestClient::when_connected(std::function<void()> action) {
  const std::lock_guard lock(mutex_);
  when_connected_ = std::move(action);
}

void TestClient::when_message(std::function<void(const MqttMessage&)> action) {
  const std::lock_guard lock(mutex_);
  when_message_ = std::move(action);
}

}  // namespace m2ag::host
