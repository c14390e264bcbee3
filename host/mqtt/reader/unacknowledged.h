// The QoS 1 messages of one connection that were handed out and not acknowledged, oldest first. Not safe for several threads.
#pragma once

#include <cstdint>
#include <deque>

namespace m2ag::host::reader {

class Unacknowledged {
 public:
  /// `number` is above all before.
  void add(std::uint64_t number, std::uint16_t packet_id) { entries_.push_back({number, packet_id}); }

  /// Calls `acknowledge` with the packet identifier of each message up to `number` and forgets them: in the order of their arrival,
  /// as MQTT 5 §4.6 demands. Numbers of earlier connections are below all: nothing happens, the broker sends those again.
  template <class Acknowledge>
  void take(std::uint64_t number, Acknowledge&& acknowledge) {
    while (!entries_.empty() && entries_.front().number <= number) {
      acknowledge(entries_.front().packet_id);
      entries_.pop_front();
    }
  }

  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::uint64_t number;
    std::uint16_t packet_id;
  };
  std::deque<Entry> entries_;
};

}  // namespace m2ag::host::reader
