// The packets that a reader sends, appended to a buffer. Pure functions, any thread. `version` is v5 or v3_1_1.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "mqtt/message.h"
#include "mqtt/reader/settings.h"

namespace m2ag::host::reader {

/// MQTT 5 §3.1 with session expiry, receive maximum and maximum packet size; no topic alias maximum, which is 0. 3.1.1 §3.1.
/// Throws std::invalid_argument for a text over 65,535 bytes.
void write_connect(std::string& out, const Settings& settings, MqttVersion version);

/// MQTT 5 §3.8. All filters in one packet. `identifier`: of all of them (§3.8.2.1.2); 0: none.
void write_subscribe(std::string& out, std::uint16_t packet_id, std::span<const Subscription> filters,
                     MqttVersion version, std::uint32_t identifier = 0);

/// MQTT 5 §3.10. All filters in one packet.
void write_unsubscribe(std::string& out, std::uint16_t packet_id, std::span<const std::string> filters,
                       MqttVersion version);

/// MQTT 5 §3.4, success. The same four bytes in both versions.
void write_puback(std::string& out, std::uint16_t packet_id);

/// MQTT 5 §3.12.
void write_pingreq(std::string& out);

/// MQTT 5 §3.14, normal: the will is not published, the session stays. The same two bytes in both versions.
void write_disconnect(std::string& out);

}  // namespace m2ag::host::reader
