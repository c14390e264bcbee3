// What a reader needs to know. Values only; read from a descriptor elsewhere.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mqtt/message.h"
#include "mqtt/settings.h"

namespace m2ag::host::reader {

struct Settings {
  std::string url;  ///< `mqtts://host[:8883]` or `mqtt://host[:1883]`
  std::string client_id;
  std::vector<Subscription>
      filters;  ///< with QoS 0 or 1; at least one. Asked for on every connect: choose RetainHandling
                ///< accordingly (`send_if_new`: what is retained comes once in a session)
  /// MQTT 5: each filter gets the identifier subscription_id(filter), so that a message that several of them match, and that the broker
  /// sends once for each, tells which one it is for (Message::subscription).
  bool identifiers = false;
  /// What an earlier reader of this client id asked for and nobody wants any more: the broker's session would keep it. Forgotten on every
  /// connect.
  std::vector<std::string> dropped;
  std::string username;  ///< empty: none is sent
  std::string password;
  std::filesystem::path ca;    ///< PEM; empty: the system's authorities
  std::filesystem::path cert;  ///< PEM; empty: no client certificate
  std::filesystem::path key;
  bool verify_host = true;  ///< the certificate must carry the URL's host name; the chain is checked in any case
  MqttVersion version = MqttVersion::any;
  std::optional<MqttWill> will;

  /// How long the broker keeps session and messages of a reader that is gone; MQTT 5. 3.1.1 brokers decide it themselves.
  /// 0: no session, a new one at each connect, in either version.
  std::chrono::seconds session_expiry{std::chrono::hours(24 * 7)};
  std::uint16_t receive_maximum =
      1000;  ///< MQTT 5; QoS 1 messages that the broker may have unacknowledged, 1 to 65,535
  /// Beyond so many unacknowledged messages nothing is read any more, since not every broker keeps to the Receive Maximum
  /// (mosquitto 2.0.11), and in 3.1.1 there is none.
  std::size_t unacknowledged_limit = 4000;
  std::uint32_t maximum_packet = 1024 * 1024;  ///< bytes; of a larger message only the topic is kept. At least 1024

  std::chrono::seconds keep_alive{30};  ///< 0: none; a broker of MQTT 5 may choose another
  std::chrono::milliseconds ping_timeout{10'000};
  std::chrono::milliseconds connect_timeout{10'000};  ///< from the name's resolution to the CONNACK
  std::chrono::milliseconds subscribe_timeout{10'000};
  /// After the first bytes came, wait so long for more before they are read: at 20,000 messages a second one read then
  /// takes 40 of them. 0: read at once.
  std::chrono::microseconds gather{2000};
  std::chrono::milliseconds backoff_first{1'000};  ///< before the first retry; half to whole of it, then it doubles
  std::chrono::milliseconds backoff_most{60'000};
  std::chrono::milliseconds stable_after{10'000};  ///< a connection that held this long starts the backoff anew
};

/// The same for a filter in every process and version, 1 to 268,435,455.
std::uint32_t subscription_id(std::string_view filter);

/// Throws std::invalid_argument with a sentence for what no connection can be made of: no or a malformed URL, client id or
/// filter, QoS 2, a text over 65,535 bytes.
void check(const Settings& settings);

}  // namespace m2ag::host::reader
