// For tests: packets as a broker sends them, and bytes written so that one can read them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mqtt/reader/packet_reader.h"
#include "mqtt/reader/wire.h"

namespace m2ag::host::reader {

/// {0x20, 2} as a string.
inline std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int each : values) text += static_cast<char>(each);
  return text;
}

inline std::string packet(int first, std::string_view body) {
  std::string out = bytes({first});
  put_variable(out, body.size());
  out += body;
  return out;
}

/// QoS 1 when it has an identifier. `properties`: MQTT 5, with their length; empty for 3.1.1.
inline std::string publish_packet(std::string_view topic, std::string_view payload, int identifier = 0,
                                  std::string_view properties = std::string_view("\0", 1), int flags = 0) {
  std::string body;
  put_text(body, topic);
  if (identifier > 0) put16(body, static_cast<std::size_t>(identifier));
  body += properties;
  body += payload;
  return packet(0x30 | flags | (identifier > 0 ? 2 : 0), body);
}

/// MQTT 5, no properties.
inline std::string connack_packet(int code = 0, bool session_present = false) {
  return packet(0x20, bytes({session_present ? 1 : 0, code, 0}));
}

inline std::string suback_packet(int identifier, std::initializer_list<int> codes) {
  return packet(0x90, bytes({identifier >> 8, identifier & 0xFF, 0}) + bytes(codes));
}

inline std::string unsuback_packet(int identifier, std::initializer_list<int> codes) {
  return packet(0xB0, bytes({identifier >> 8, identifier & 0xFF, 0}) + bytes(codes));
}

inline void feed(PacketReader& reader, std::string_view text) {
  while (!text.empty()) {
    const auto space = reader.space();
    const std::size_t count = text.copy(space.data(), space.size());
    reader.filled(count);
    text.remove_prefix(count);
  }
}

/// A packet that outlives the reader's buffer.
struct OwnedPacket {
  PacketType type;
  std::uint8_t flags;
  std::string body;
  std::size_t size;
  bool cut;
  bool operator==(const OwnedPacket&) const = default;
};

/// All packets of `text` when it comes in pieces of `piece` bytes.
inline std::vector<OwnedPacket> packets_of(std::string_view text, std::size_t piece, std::size_t limit) {
  PacketReader reader(limit);
  std::vector<OwnedPacket> all;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, piece);
    text.remove_prefix(part.size());
    std::string_view left = part;
    while (!left.empty()) {
      const auto space = reader.space();
      const std::size_t count = left.copy(space.data(), space.size());
      reader.filled(count);
      left.remove_prefix(count);
      while (const auto next = reader.next())
        all.push_back({next->type, next->flags, std::string(next->body), next->size, next->cut});
    }
  }
  return all;
}

}  // namespace m2ag::host::reader
