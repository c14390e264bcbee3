#include "cli/broker_link.h"

#include <mutex>
#include <utility>

namespace m2ag::host {

void BrokerLink::publish(PublishRequest request) {
  const std::shared_lock lock(mutex_);
  if (client_) client_->publish(std::move(request));
}

void BrokerLink::subscribe(std::vector<Subscription> subscriptions) {
  const std::shared_lock lock(mutex_);
  if (client_) client_->subscribe(std::move(subscriptions));
}

void BrokerLink::unsubscribe(const std::vector<std::string>& filters) {
  const std::shared_lock lock(mutex_);
  if (client_) client_->unsubscribe(filters);
}

std::optional<MqttStats> BrokerLink::stats() const {
  const std::shared_lock lock(mutex_);
  return client_ ? std::optional(client_->stats()) : std::nullopt;
}

std::unique_ptr<MqttClient> BrokerLink::exchange(std::unique_ptr<MqttClient> client) {
  const std::unique_lock lock(mutex_);
  return std::exchange(client_, std::move(client));
}

void BrokerLink::start() {
  const std::shared_lock lock(mutex_);
  if (client_) client_->start();
}

bool BrokerLink::disconnect(std::chrono::milliseconds deadline) {
  const std::shared_lock lock(mutex_);
  if (!client_) return true;
  client_->disconnect(deadline);
  return client_->ended();
}

}  // namespace m2ag::host
