// Incoming messages between the library's receive thread and the handler: so a handler that is slow, or that takes a lock under which
// somebody else publishes, holds up nobody but itself. Bounded: what comes beyond that is dropped and counted.
// push() and close() from any thread, run() in one.
#pragma once

#include "mqtt/message.h"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>

namespace m2ag::host {

class Inbox {
 public:
  static constexpr std::size_t kMostMessages = 10'000;
  static constexpr std::size_t kMostBytes = 16 * 1024 * 1024;

  /// Copies the message. False: there is no room, or the inbox is closed.
  bool push(const MqttMessage& message);
  /// Hands over every message in order; returns when the inbox is closed and empty.
  void run(const std::function<void(const MqttMessage&)>& handler);
  void close();
  /// As close(), and what waits is thrown away.
  void abandon();

 private:
  struct Kept {
    MqttMessage message;  // its views are set when it is handed over
    std::string topic, payload, response_topic, correlation_data;
    std::size_t size() const {
      return sizeof(Kept) + topic.size() + payload.size() + response_topic.size() + correlation_data.size();
    }
  };

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Kept> waiting_;
  std::size_t bytes_ = 0;  // of waiting_
  bool asleep_ = false;    // run() waits: a push has to wake it
  bool closed_ = false;
};

}  // namespace m2ag::host
