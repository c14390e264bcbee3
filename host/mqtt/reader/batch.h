// Messages as they are handed out: many at a time, in one piece of memory that the batch owns. Nothing is allocated for a
// single message. Moved, not copied. Not safe for several threads.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace m2ag::host::reader {

struct Message {
  std::uint64_t number = 0;     ///< from 1, increasing as long as the reader lives, over reconnects too
  std::string_view topic;       ///< into the batch, as `payload`
  std::string_view payload;     ///< empty when `too_long`
  std::size_t packet_size = 0;  ///< bytes on the wire, also when `too_long`
  std::uint16_t packet_id = 0;  ///< MQTT's; a redelivery in the same session has the same (MQTT 5 §4.4). QoS 0: 0
  std::uint8_t qos = 0;         ///< 0 or 1
  bool retain = false;          ///< an answer to the subscription, unless it asked for `retain_as_published`
  bool duplicate = false;       ///< the broker has sent it before, perhaps to an earlier connection
  bool too_long = false;        ///< larger than Settings::maximum_packet
  std::uint32_t subscription =
      0;  ///< MQTT 5: subscription_id() of the filter it was sent for; 0: not known, or of several
  std::optional<std::int64_t> time;  ///< MQTT 5: what its user property `time` says, ms since 1970
};

class Batch {
 public:
  using Time = std::chrono::system_clock::time_point;

  Batch() = default;
  /// Copies what the views of `messages` point to, which must lie in one buffer and in this order.
  Batch(std::vector<Message> messages, Time received);

  std::span<const Message> messages() const { return messages_; }
  bool empty() const { return messages_.empty(); }
  std::size_t size() const { return messages_.size(); }
  /// The number of the last message: acknowledging it acknowledges the whole batch. 0 when empty.
  std::uint64_t last() const { return messages_.empty() ? 0 : messages_.back().number; }
  /// When the bytes were read from the socket.
  Time received() const { return received_; }
  /// Memory that topics and payloads take.
  std::size_t bytes() const { return bytes_; }

 private:
  std::vector<Message> messages_;
  std::unique_ptr<char[]> text_;
  std::size_t bytes_ = 0;
  Time received_{};
};

}  // namespace m2ag::host::reader
