// Incoming messages between the library's receive thread and the handler: so a handler that is slow, or that takes a lock under which
// somebody else publishes, holds up nobody but itself. Bounded: what comes beyond that is dropped and counted.
// push(), close() and abandon() from any thread; the handler runs on the executor's threads, one message after the other.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "core/executor.h"
#include "mqtt/message.h"

namespace m2ag::host {

class Inbox final : public Runnable, public std::enable_shared_from_this<Inbox> {
 public:
  static constexpr std::size_t kMostMessages = 10'000;
  static constexpr std::size_t kMostBytes = 16 * 1024 * 1024;
  using Handler = std::function<void(const MqttMessage&)>;

  Inbox(Executor& executor, Handler handler);
  ~Inbox() override;

  /// Copies the message. False: there is no room, or the inbox is closed.
  bool push(const MqttMessage& message);
  /// Takes no more; `on_empty` is called once what waits has been handed over, at once when nothing does.
  void close(std::function<void()> on_empty);
  /// Takes no more, and what waits is thrown away. A handler that runs is not waited for.
  void abandon();

 private:
  struct Kept {
    MqttMessage message;  // its views are set when it is handed over
    std::string topic, payload, response_topic, correlation_data;
    std::size_t size() const {
      return sizeof(Kept) + topic.size() + payload.size() + response_topic.size() + correlation_data.size();
    }
  };

  void run_turn() noexcept override;
  bool is_brief() const noexcept override { return true; }
  void refused() noexcept override;
  bool hand_over_one();

  const std::shared_ptr<WorkerPool> pool_;
  const Handler handler_;
  std::mutex mutex_;
  std::deque<Kept> waiting_;
  std::size_t bytes_ = 0;   // of waiting_
  bool scheduled_ = false;  // announced to the pool or in a turn
  bool closed_ = false;
  std::function<void()> on_empty_;
};

}  // namespace m2ag::host
