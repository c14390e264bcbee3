#include "cli/client_settings.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <random>

#include "core/message.h"

namespace m2ag::host {
namespace {

/// What is a little too long is still answered with a sentence; what is far too long does not leave the broker.
constexpr std::uint32_t kMostPacketBytes = 1024 * 1024;

MqttVersion version_of(const std::string& word) {
  if (word == "5") return MqttVersion::v5;
  if (word == "3.1.1") return MqttVersion::v3_1_1;
  return MqttVersion::any;
}

}  // namespace

MqttSettings device_settings(const Descriptor& descriptor) {
  const MqttSection& mqtt = descriptor.mqtt;
  MqttSettings settings;
  settings.url = mqtt.url;
  settings.client_id = mqtt.client_id.empty() ? "m2ag-" + descriptor.device.id : mqtt.client_id;
  settings.version = version_of(mqtt.version);
  settings.keep_alive = mqtt.keep_alive;
  settings.username = mqtt.username;
  settings.password = mqtt.password;
  if (mqtt.tls) {
    settings.ca = mqtt.tls->ca;
    settings.cert = mqtt.tls->cert;
    settings.key = mqtt.tls->key;
    settings.verify_host = mqtt.tls->verify_host;
  }
  settings.payload_limit = kMaxConfigPayload;
  settings.maximum_packet = kMostPacketBytes;
  return settings;
}

std::optional<BrokerAccess> broker_access(const Descriptor& descriptor) {
  if (descriptor.mqtt.url.empty()) return std::nullopt;
  const MqttSettings settings = device_settings(descriptor);
  const auto absolute = [](const std::filesystem::path& path) {
    return path.empty() ? std::string() : std::filesystem::absolute(path).lexically_normal().string();
  };
  return BrokerAccess{.url = settings.url,
                      .client_id = settings.client_id,
                      .username = settings.username,
                      .password = settings.password,
                      .ca = absolute(settings.ca),
                      .cert = absolute(settings.cert),
                      .key = absolute(settings.key),
                      .verify_host = settings.verify_host,
                      .version = std::string(to_string(settings.version)),
                      .base_topic = descriptor.mqtt.base_topic};
}

std::optional<ClientBroker> client_broker(const std::filesystem::path& config) {
  Problems problems;
  const auto descriptor = read_descriptor(config, Environment::of_process(), nullptr, problems);
  std::fputs(problems.text().c_str(), stderr);
  if (!descriptor) return std::nullopt;
  if (descriptor->mqtt.url.empty()) {
    fmt::print(stderr, "{}: mqtt.url: no broker is given, so there is nothing to connect to\n", config.string());
    return std::nullopt;
  }
  MqttSettings settings = device_settings(*descriptor);
  // A broker ends the older of two clients of one id: the device must not be that.
  settings.client_id = fmt::format("m2ag-cli-{}-{:08x}", ::getpid(), std::random_device()());
  settings.payload_limit = 16UL * 1024 * 1024;
  settings.maximum_packet = 0;
  return ClientBroker{std::move(settings), descriptor->mqtt.base_topic, descriptor->device.id};
}

}  // namespace m2ag::host
