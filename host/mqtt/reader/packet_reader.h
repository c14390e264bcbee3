// Cuts the stream of a broker into packets: takes bytes in pieces of any size, gives whole packets. Knows their frame
// (MQTT 5 §2.1) and nothing of their contents: packets.h does. No socket. Not safe for several threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace m2ag::host::reader {

enum class PacketType : std::uint8_t {
  connack = 2,
  publish = 3,
  suback = 9,
  unsuback = 11,
  pingresp = 13,
  disconnect = 14,  ///< MQTT 5 alone
};

struct Packet {
  PacketType type{};
  std::uint8_t flags = 0;  ///< the lower half of the first byte
  std::string_view body;   ///< after the length; of a cut PUBLISH only topic and packet identifier
  std::size_t size = 0;    ///< bytes on the wire, all of it
  bool cut = false;        ///< larger than the limit: the rest is passed over and never in memory
};

class PacketReader {
 public:
  static constexpr std::size_t kSpace = 64 * 1024;
  static constexpr std::size_t kLeastLimit = 1024;

  /// `limit`: bytes of the largest packet that is kept whole; never below kLeastLimit. Memory stays below kSpace + limit.
  explicit PacketReader(std::size_t limit);

  /// Where the next bytes go; not empty once next() had nothing more. Views of earlier packets end here.
  std::span<char> space();
  /// So many bytes were put into the space.
  void filled(std::size_t count);
  /// The next packet, nullopt when it is not all there. Throws ProtocolError for what no broker may send to a reader, and
  /// for a packet over the limit that is no PUBLISH or whose topic alone is over it.
  std::optional<Packet> next();

  std::size_t capacity() const { return capacity_; }

 private:
  struct Frame {
    Packet packet;
    std::size_t header = 0;  // bytes before the body
    std::size_t kept = 0;    // bytes of header and body that must be there for the packet to be given
  };
  std::string_view unread() const { return {buffer_.get() + begin_, end_ - begin_}; }
  std::optional<Frame> frame() const;
  std::optional<std::size_t> kept_of_cut(const Frame& frame) const;
  void move_to(std::size_t capacity);

  std::size_t limit_;
  std::size_t capacity_ = kSpace;
  std::unique_ptr<char[]> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t skip_ = 0;    // bytes to come of a packet that was cut
  std::size_t wanted_ = 0;  // bytes that the packet at begin_ needs, 0: not known
};

}  // namespace m2ag::host::reader
