// The contents of the packets that a reader gets, and what it makes of their properties. Pure functions, any thread;
// they throw ProtocolError for a packet that breaks the rules. Views point into the packet.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mqtt/reader/packet_reader.h"
#include "mqtt/settings.h"

namespace m2ag::host::reader {

/// MQTT 5 §3.2, 3.1.1 §3.2.
struct Connack {
  bool session_present = false;
  std::uint8_t code = 0;                    ///< 0: accepted
  std::optional<std::uint16_t> keep_alive;  ///< seconds that the broker wants instead of ours (§3.2.2.3.14)
  std::string_view reason;                  ///< in the broker's words, mostly empty
};
/// A broker that refuses our version may answer in its own (3.1.1), with no properties.
Connack parse_connack(const Packet& packet, MqttVersion version);

/// MQTT 5 §3.3. A topic alias is a protocol error: none was allowed (§3.3.2.3.4). So is QoS 2, which was not asked for.
struct Publish {
  std::string_view topic;
  std::string_view payload;     ///< empty when the packet was cut
  std::uint16_t packet_id = 0;  ///< 0: QoS 0
  std::uint8_t qos = 0;
  bool retain = false;
  bool duplicate = false;
  std::optional<std::int64_t> time;  ///< see Properties, as the next one
  std::uint32_t subscription = 0;
};
Publish parse_publish(const Packet& packet, MqttVersion version);

/// MQTT 5 §3.9: one code for each filter, 128 and above: refused.
struct Suback {
  std::uint16_t packet_id = 0;
  std::string_view codes;
};
Suback parse_suback(const Packet& packet, MqttVersion version);

/// MQTT 5 §3.11: the packet's identifier. Whether there was such a subscription makes no difference.
std::uint16_t parse_unsuback(const Packet& packet);

/// Why the broker ends the connection, as a clause: "the broker ended the connection: Session taken over" (MQTT 5 §3.14).
std::string parse_disconnect(const Packet& packet);

}  // namespace m2ag::host::reader
