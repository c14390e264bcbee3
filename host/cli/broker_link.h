// The host's connection to its broker, which may be replaced by another one while others publish. Any thread.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <vector>

#include "mqtt/client.h"

namespace m2ag::host {

class BrokerLink {
 public:
  /// Lost when there is no broker at all.
  void publish(PublishRequest request);
  void subscribe(std::vector<Subscription> subscriptions);
  void unsubscribe(const std::vector<std::string>& filters);
  /// Nothing without a broker.
  std::optional<MqttStats> stats() const;

  /// From here on this one is meant, or none; the one before is given back. It is not connected yet, but keeps what is published.
  std::unique_ptr<MqttClient> exchange(std::unique_ptr<MqttClient> client);
  void start();
  /// Of MqttClient::disconnect and ended. True when there is none.
  bool disconnect(std::chrono::milliseconds deadline);

 private:
  mutable std::shared_mutex mutex_;  // shared by those who use client_, so that it is not taken away meanwhile
  std::unique_ptr<MqttClient> client_;
};

}  // namespace m2ag::host
