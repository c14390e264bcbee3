#include "mqtt/client.h"

#include "mqtt/client_core.h"

namespace m2ag::host {

MqttClient::MqttClient(MqttSettings settings, Handlers handlers, Executor& executor, Log& log)
    : core_(ClientCore::create(std::move(settings), std::move(handlers), executor, log)) {}

MqttClient::~MqttClient() {
  disconnect(std::chrono::milliseconds(0));
  if (!thread_.joinable()) return;
  if (core_->finished()) {
    thread_.join();
  } else {
    core_->abandon();
    thread_.detach();
  }
}

void MqttClient::start() {
  thread_ = std::thread([core = core_] { core->run(); });
}

void MqttClient::subscribe(std::vector<Subscription> subscriptions) { core_->subscribe(std::move(subscriptions)); }
void MqttClient::unsubscribe(const std::vector<std::string>& filters) { core_->unsubscribe(filters); }
void MqttClient::publish(PublishRequest request) { core_->publish(std::move(request)); }
MqttStats MqttClient::stats() const { return core_->stats(); }

bool MqttClient::disconnect(std::chrono::milliseconds deadline) {
  if (!thread_.joinable()) return core_->stats().queued == 0;
  return core_->stop(deadline);
}

bool MqttClient::ended() const { return !thread_.joinable() || core_->finished(); }

}  // namespace m2ag::host
