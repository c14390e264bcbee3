// What goes in and out of the MQTT client: plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace m2ag::host {

/// An incoming message. The views are valid only during the call that hands it over.
struct MqttMessage {
  std::string_view topic;
  std::string_view payload;      ///< at most MqttSettings::payload_limit bytes
  std::size_t payload_size = 0;  ///< as it was sent
  bool too_long = false;         ///< `payload` is cut
  int qos = 0;
  bool retained = false;  ///< 3.1.1: an answer to a subscription, that is: stale
  bool duplicate = false;
  std::optional<std::uint32_t> expiry_seconds;  ///< MQTT 5: what is left of its life
  std::string_view response_topic;              ///< MQTT 5, else empty
  std::string_view correlation_data;            ///< MQTT 5, else empty
  std::optional<std::int64_t> time;             ///< MQTT 5: what its user property `time` says, ms since 1970
  std::chrono::steady_clock::time_point arrival;
};

struct PublishRequest {
  std::string topic;
  std::string payload;
  int qos = 1;  ///< 0, 1 or 2
  bool retain = false;
  bool conflate = false;                        ///< while it waits, a newer one of the same topic takes its place
  std::optional<std::uint32_t> expiry_seconds;  ///< also counted while it waits here
  /// MQTT 5 only, as user property `time`, in ms since 1970: when what it says was so. It may have waited since, or be said again.
  std::optional<std::chrono::system_clock::time_point> time;
  std::string response_topic;    ///< MQTT 5 only
  std::string correlation_data;  ///< MQTT 5 only
};

enum class RetainHandling { send, send_if_new, never };

struct Subscription {
  std::string filter;
  int qos = 1;
  RetainHandling retained = RetainHandling::send;  ///< MQTT 5 only
  bool no_local = false;                           ///< MQTT 5 only
  bool retain_as_published = false;                ///< MQTT 5 only
};

}  // namespace m2ag::host
