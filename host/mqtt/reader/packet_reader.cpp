#include "mqtt/reader/packet_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "mqtt/reader/wire.h"

namespace m2ag::host::reader {
namespace {

bool is_expected(unsigned type) {
  switch (PacketType{static_cast<std::uint8_t>(type)}) {
    case PacketType::connack:
    case PacketType::publish:
    case PacketType::suback:
    case PacketType::unsuback:
    case PacketType::pingresp:
    case PacketType::disconnect: return true;
  }
  return false;
}

std::size_t size_at(std::string_view text) { return Cursor(text).number16(); }

}  // namespace

PacketReader::PacketReader(std::size_t limit)
    : limit_(std::max(limit, kLeastLimit)), buffer_(std::make_unique_for_overwrite<char[]>(kSpace)) {}

std::span<char> PacketReader::space() {
  // A large packet gets a buffer of its size, once; when it is gone, so is the buffer.
  const std::size_t capacity = std::max(kSpace, wanted_);
  if (capacity != capacity_ && end_ - begin_ < capacity) {
    move_to(capacity);
  } else if (begin_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  return {buffer_.get() + end_, capacity_ - end_};
}

void PacketReader::move_to(std::size_t capacity) {
  auto larger = std::make_unique_for_overwrite<char[]>(capacity);
  std::memcpy(larger.get(), buffer_.get() + begin_, end_ - begin_);
  buffer_ = std::move(larger);
  capacity_ = capacity;
  end_ -= begin_;
  begin_ = 0;
}

void PacketReader::filled(std::size_t count) {
  if (count > capacity_ - end_) throw std::logic_error("more bytes than there was space for");
  end_ += count;
}

std::optional<Packet> PacketReader::next() {
  const std::size_t skipped = std::min(skip_, end_ - begin_);
  begin_ += skipped;
  skip_ -= skipped;
  wanted_ = 0;
  auto found = frame();
  if (!found) return std::nullopt;
  if (unread().size() < found->kept) {
    wanted_ = found->kept;
    return std::nullopt;
  }
  found->packet.body = unread().substr(found->header, found->kept - found->header);
  begin_ += found->kept;
  skip_ = found->packet.size - found->kept;
  return found->packet;
}

// The packet that begins here; nullopt when too little of it is there to know.
std::optional<PacketReader::Frame> PacketReader::frame() const {
  const std::string_view bytes = unread();
  if (bytes.empty()) return std::nullopt;
  const auto first = static_cast<unsigned char>(bytes[0]);
  const unsigned type = first >> 4U;
  Frame frame;
  frame.packet.type = PacketType{static_cast<std::uint8_t>(type)};
  frame.packet.flags = first & 0x0FU;
  if (!is_expected(type)) throw ProtocolError(fmt::format("a packet of type {}, which is not for a reader", type));
  // §2.1.3
  if (frame.packet.type != PacketType::publish && frame.packet.flags != 0)
    throw ProtocolError(fmt::format("a packet of type {} with the flags {:#x} instead of 0", type, frame.packet.flags));

  constexpr std::size_t kMostLength = 4;
  const std::string_view length = bytes.substr(1, kMostLength);
  const auto last = std::find_if(length.begin(), length.end(), [](char each) { return (each & 0x80) == 0; });
  if (last == length.end() && length.size() < kMostLength) return std::nullopt;
  Cursor cursor(length);
  const std::size_t rest = cursor.variable();
  frame.header = 1 + length.size() - cursor.rest().size();
  frame.packet.size = frame.header + rest;
  frame.kept = frame.packet.size;
  if (frame.packet.size <= limit_) return frame;

  if (frame.packet.type != PacketType::publish)
    throw ProtocolError(
        fmt::format("a packet of type {} with {} bytes, at most {} are taken", type, frame.packet.size, limit_));
  frame.packet.cut = true;
  const auto kept = kept_of_cut(frame);
  if (!kept) return std::nullopt;
  frame.kept = *kept;
  return frame;
}

// Topic and packet identifier (§3.3.2) are enough to say which message it was and to acknowledge it.
std::optional<std::size_t> PacketReader::kept_of_cut(const Frame& frame) const {
  const std::string_view bytes = unread();
  if (bytes.size() < frame.header + 2) return std::nullopt;
  const bool has_identifier = (frame.packet.flags & 0x06U) != 0;
  const std::size_t kept =
      frame.header + 2 + size_at(bytes.substr(frame.header)) + (has_identifier ? std::size_t{2} : std::size_t{0});
  if (kept > limit_ || kept > frame.packet.size)
    throw ProtocolError(fmt::format("a message whose topic alone takes {} bytes of {}, at most {} are taken", kept,
                                    frame.packet.size, limit_));
  return kept;
}

}  // namespace m2ag::host::reader
