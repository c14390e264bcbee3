// Messages on their way to the broker: those that wait, in order, and those in flight, at most a window. Decides what may be sent
// next and what is dropped; sends nothing itself. Not safe for several threads: its owner locks.
#pragma once

#include "mqtt/message.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>

namespace m2ag::host {

class Outbound {
 public:
  struct Entry {
    void* owner = nullptr;  ///< for the callbacks of the library that sends it
    std::uint64_t sequence = 0;
    std::chrono::steady_clock::time_point accepted;
    int blamed = 0;  ///< connections that ended early while it was the oldest in flight
    PublishRequest request;
  };
  struct Counters {
    std::uint64_t dropped = 0;    ///< the queue was full, or it outlived its expiry here
    std::uint64_t conflated = 0;  ///< a newer one of the topic took its place
  };

  static constexpr int kMostBlamed = 10;

  /// `queue_limit` and `byte_limit` are for the messages that wait and do not conflate.
  Outbound(void* owner, std::size_t queue_limit, std::size_t byte_limit)
      : owner_(owner), queue_limit_(queue_limit), byte_limit_(byte_limit) {}

  /// From now on messages may be sent, at most `window` of QoS 1 and 2 unacknowledged.
  void open(std::size_t window);
  void close() { open_ = false; }
  bool is_open() const { return open_; }

  /// An entry to send now, which is then in flight; null when it has to wait. With `direct` false it waits in any case.
  Entry* offer(PublishRequest request, bool direct, std::chrono::steady_clock::time_point now);
  /// The next waiting entry that may be sent, which is then in flight; null when there is none.
  Entry* next(std::chrono::steady_clock::time_point now);
  /// It has arrived, or never will: no more in flight.
  void done(const Entry& entry);
  /// The connection is gone: what was in flight waits again, before all others, unless something newer conflates it.
  /// `early`: it held so short that the oldest in flight may be what the broker cannot take. After kMostBlamed times that message is
  /// given up; its topic is the result, else empty.
  std::string requeue_in_flight(bool early);

  std::size_t queued() const { return queue_.size(); }
  std::size_t in_flight() const { return in_flight_.size(); }
  const Counters& counters() const { return counters_; }

 private:
  using Entries = std::map<std::uint64_t, Entry>;
  struct Topic {
    std::size_t waiting = 0;
    std::uint64_t conflating = 0;  // sequence of the entry that a newer one replaces; 0: none
  };

  bool may_send(int qos) const;
  bool may_overtake(const PublishRequest& request) const;
  void count_in_flight(int qos, std::ptrdiff_t change);
  void enqueue(Entries::node_type node);
  Entries::node_type dequeue(Entries::iterator place);

  void* owner_;
  std::size_t queue_limit_;
  std::size_t byte_limit_;
  std::size_t window_ = 0;
  bool open_ = false;
  std::uint64_t last_sequence_ = 0;
  Entries queue_;
  Entries in_flight_;
  std::set<std::uint64_t> droppable_;  // those of queue_ that do not conflate
  std::size_t droppable_bytes_ = 0;
  std::unordered_map<std::string, Topic> topics_;  // of queue_
  std::size_t acknowledged_in_flight_ = 0;         // QoS 1 and 2
  std::size_t unacknowledged_in_flight_ = 0;       // QoS 0
  Counters counters_;
};

}  // namespace m2ag::host
