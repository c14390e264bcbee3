#include "mqtt/reader/packet_writer.h"

#include <limits>

#include "mqtt/reader/wire.h"

namespace m2ag::host::reader {
namespace {

// First bytes, §2.1.2 and §2.1.3.
enum : std::uint8_t {
  connect = 0x10,
  puback = 0x40,
  subscribe = 0x82,
  unsubscribe = 0xA2,
  pingreq = 0xC0,
  disconnect = 0xE0
};

// §3.1.2.3
enum : unsigned { clean_start = 0x02, has_will = 0x04, will_retain = 0x20, has_password = 0x40, has_username = 0x80 };

// §2.2.2.2
enum : std::uint8_t {
  subscription_identifier = 0x0B,
  session_expiry = 0x11,
  receive_maximum = 0x21,
  maximum_packet = 0x27
};

void put_byte(std::string& out, unsigned value) { out += static_cast<char>(value); }

void put_packet(std::string& out, std::uint8_t first, std::string_view body) {
  put_byte(out, first);
  put_variable(out, body.size());
  out += body;
}

// 3.1.1 has no password without a user name (§3.1.2.9).
bool has_name(const Settings& settings) { return !settings.username.empty() || !settings.password.empty(); }

unsigned connect_flags(const Settings& settings) {
  unsigned flags = 0;
  if (settings.session_expiry.count() == 0) flags |= clean_start;
  if (settings.will)
    flags |= has_will | (settings.will->retain ? will_retain : 0U) | static_cast<unsigned>(settings.will->qos) << 3U;
  if (has_name(settings)) flags |= has_username;
  if (!settings.password.empty()) flags |= has_password;
  return flags;
}

std::string connect_properties(const Settings& settings) {
  std::string properties;
  put_byte(properties, session_expiry);
  // §3.1.2.11.2: the largest number means for ever.
  const auto most = std::int64_t{std::numeric_limits<std::uint32_t>::max()};
  put32(properties, static_cast<std::uint32_t>(std::min<std::int64_t>(settings.session_expiry.count(), most)));
  put_byte(properties, receive_maximum);
  put16(properties, settings.receive_maximum);
  put_byte(properties, maximum_packet);
  put32(properties, settings.maximum_packet);
  return properties;
}

}  // namespace

void write_connect(std::string& out, const Settings& settings, MqttVersion version) {
  const bool v5 = version == MqttVersion::v5;
  std::string body;
  put_text(body, "MQTT");
  put_byte(body, v5 ? 5 : 4);
  put_byte(body, connect_flags(settings));
  put16(body, static_cast<std::size_t>(settings.keep_alive.count()));
  if (v5) {
    const std::string properties = connect_properties(settings);
    put_variable(body, properties.size());
    body += properties;
  }
  put_text(body, settings.client_id);
  if (settings.will) {
    if (v5) put_variable(body, 0);  // no will properties
    put_text(body, settings.will->topic);
    put_text(body, settings.will->payload);
  }
  if (has_name(settings)) put_text(body, settings.username);
  if (!settings.password.empty()) put_text(body, settings.password);
  put_packet(out, connect, body);
}

void write_subscribe(std::string& out, std::uint16_t packet_id, std::span<const Subscription> filters,
                     MqttVersion version, std::uint32_t identifier) {
  const bool v5 = version == MqttVersion::v5;
  std::string body;
  put16(body, packet_id);
  std::string properties;
  if (identifier != 0) {
    put_byte(properties, subscription_identifier);
    put_variable(properties, identifier);
  }
  if (v5) put_variable(body, properties.size());
  if (v5) body += properties;
  for (const Subscription& each : filters) {
    put_text(body, each.filter);
    // §3.8.3.1; in 3.1.1 everything but the QoS is reserved.
    auto options = static_cast<unsigned>(each.qos);
    if (v5) {
      options |= (each.no_local ? 0x04U : 0U) | (each.retain_as_published ? 0x08U : 0U) |
                 static_cast<unsigned>(each.retained) << 4U;
    }
    put_byte(body, options);
  }
  put_packet(out, subscribe, body);
}

void write_unsubscribe(std::string& out, std::uint16_t packet_id, std::span<const std::string> filters,
                       MqttVersion version) {
  std::string body;
  put16(body, packet_id);
  if (version == MqttVersion::v5) put_variable(body, 0);  // no properties
  for (const std::string& each : filters) put_text(body, each);
  put_packet(out, unsubscribe, body);
}

void write_puback(std::string& out, std::uint16_t packet_id) {
  put_byte(out, puback);
  put_byte(out, 2);
  put16(out, packet_id);
}

void write_pingreq(std::string& out) { put_packet(out, pingreq, {}); }

void write_disconnect(std::string& out) { put_packet(out, disconnect, {}); }

}  // namespace m2ag::host::reader
