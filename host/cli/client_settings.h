// How a client reaches a descriptor's broker: for the host itself and for the verbs that act as a client.
#pragma once

#include <m2ag/broker.h>

#include <filesystem>
#include <optional>
#include <string>

#include "config/descriptor.h"
#include "mqtt/settings.h"

namespace m2ag::host {

/// The device's own settings, without a will.
MqttSettings device_settings(const Descriptor& descriptor);

/// The same for components that keep a connection of their own; nothing when the descriptor names no broker.
std::optional<BrokerAccess> broker_access(const Descriptor& descriptor);

struct ClientBroker {
  MqttSettings settings;
  std::string base_topic;
  std::string device;
};

/// The broker and certificates of a descriptor, whose components are not looked at, with a client id of its own. Prints what is wrong with
/// the descriptor to stderr and then gives nothing.
std::optional<ClientBroker> client_broker(const std::filesystem::path& config);

}  // namespace m2ag::host
