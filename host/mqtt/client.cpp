#include "mqtt/client.h"

#include "mqtt/client_core.h"

namespace m2ag::host {

MqttClient::MqttClient(MqttSettings settings, Handlers handlers, Log& log)
    : core_(std::make_shared<ClientCore>(std::move(settings), std::move(handlers), log)) {}

MqttClient::~MqttClient() {
  disconnect(std::chrono::milliseconds(0));
  if (!thread_.joinable()) return;
  if (core_->finished()) {
    thread_.join();
    reader_.join();
  } else {
    core_->abandon();
    thread_.detach();
    reader_.detach();
  }
}

void MqttClient::start() {
  reader_ = std::thread([core = core_] { core->read(); });
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
