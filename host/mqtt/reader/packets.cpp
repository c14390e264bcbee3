#include "mqtt/reader/packets.h"

#include <fmt/format.h>

#include "mqtt/reader/properties.h"
#include "mqtt/reader/wire.h"
#include "mqtt/reason.h"

namespace m2ag::host::reader {
namespace {

bool is_v5(MqttVersion version) { return version == MqttVersion::v5; }

}  // namespace

Connack parse_connack(const Packet& packet, MqttVersion version) {
  Cursor cursor(packet.body);
  Connack connack;
  connack.session_present = (cursor.byte() & 0x01U) != 0;
  connack.code = cursor.byte();
  if (!is_v5(version) || cursor.empty()) return connack;
  const Properties properties = take_properties(cursor);
  connack.keep_alive = properties.server_keep_alive;
  connack.reason = properties.reason;
  return connack;
}

Publish parse_publish(const Packet& packet, MqttVersion version) {
  Publish publish;
  publish.qos = packet.flags >> 1U & 0x03U;
  publish.retain = (packet.flags & 0x01U) != 0;
  publish.duplicate = (packet.flags & 0x08U) != 0;
  Cursor cursor(packet.body);
  publish.topic = cursor.text();
  if (publish.qos > 1)
    throw ProtocolError(
        fmt::format("a message with QoS {} on \"{}\", at most 1 was asked for: does another program "
                    "subscribe with this client id?",
                    publish.qos, publish.topic.substr(0, 100)));
  if (publish.qos == 1) publish.packet_id = cursor.number16();
  // §2.2.1
  if (publish.qos == 1 && publish.packet_id == 0) throw ProtocolError("a message with the packet identifier 0");
  if (!packet.cut && is_v5(version)) {
    const Properties properties = take_properties(cursor);
    if (properties.topic_alias) throw ProtocolError("a message with a topic alias, none was allowed");
    publish.time = properties.time;
    publish.subscription = properties.subscription;
  }
  if (publish.topic.empty()) throw ProtocolError("a message without a topic");
  if (!packet.cut) publish.payload = cursor.rest();
  return publish;
}

Suback parse_suback(const Packet& packet, MqttVersion version) {
  Cursor cursor(packet.body);
  Suback suback;
  suback.packet_id = cursor.number16();
  if (is_v5(version)) take_properties(cursor);
  suback.codes = cursor.rest();
  return suback;
}

std::uint16_t parse_unsuback(const Packet& packet) { return Cursor(packet.body).number16(); }

std::string parse_disconnect(const Packet& packet) {
  Cursor cursor(packet.body);
  // §3.14.2.1: without a code it is 0.
  const std::uint8_t code = cursor.empty() ? std::uint8_t{0} : cursor.byte();
  const std::string_view reason = cursor.empty() ? std::string_view() : take_properties(cursor).reason;
  return fmt::format("the broker ended the connection: {}{}{}", code == 0 ? "it gives no reason" : reason_text(code),
                     reason.empty() ? "" : ", ", reason);
}

}  // namespace m2ag::host::reader
