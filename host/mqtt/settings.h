// What a connection to an MQTT broker needs to know. Values only; read from a descriptor elsewhere.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace m2ag::host {

/// `any`: MQTT 5 first, 3.1.1 when the broker does not speak it.
enum class MqttVersion { any, v5, v3_1_1 };

/// "any", "5" or "3.1.1".
std::string_view to_string(MqttVersion version);

/// What the broker publishes when this client goes without a DISCONNECT.
struct MqttWill {
  std::string topic;
  std::string payload;
  int qos = 1;
  bool retain = true;
};

struct MqttSettings {
  std::string url;  ///< `mqtts://host[:8883]` or `mqtt://host[:1883]`
  std::string client_id;
  std::chrono::seconds keep_alive{30};
  std::string username;  ///< empty: none is sent
  std::string password;
  std::filesystem::path ca;    ///< PEM; empty: the system's authorities
  std::filesystem::path cert;  ///< PEM; empty: no client certificate
  std::filesystem::path key;
  bool verify_host = true;  ///< the certificate must carry the URL's host name; the chain is checked in any case
  MqttVersion version = MqttVersion::any;
  std::optional<MqttWill> will;
  bool clean_start = true;                 ///< forget the session at each connect; in 3.1.1 the clean session flag
  bool subscribe_first = false;            ///< on_connected waits for the answers to the subscriptions, 10 s at most
  std::chrono::seconds session_expiry{0};  ///< MQTT 5; how long the broker keeps the session of a client that is gone
  std::uint16_t receive_maximum =
      0;  ///< MQTT 5; messages the broker may have unacknowledged towards us, 0: its own limit
  std::uint32_t maximum_packet = 0;   ///< MQTT 5; the broker drops what is larger, bytes, 0: no limit
  std::size_t outbound_window = 100;  ///< unacknowledged messages towards the broker, at most its Receive Maximum
  std::size_t queue_limit = 20'000;   ///< messages that wait, beside one a topic for those that conflate
  std::size_t queue_bytes = 8 * 1024 * 1024;  ///< and how large they may be together
  std::size_t payload_limit = 64 * 1024;      ///< bytes; a longer incoming payload is delivered cut and flagged
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds backoff_first{
      1'000};  ///< before the first retry; the wait is half to whole of it, then doubles
  std::chrono::milliseconds backoff_most{60'000};
  std::chrono::milliseconds stable_after{10'000};  ///< a connection that held this long starts the backoff anew
};

}  // namespace m2ag::host
