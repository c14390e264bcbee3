// What a client verb waits for: something that happens on one of the MQTT client's threads, Ctrl-C, or the end of its patience.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

namespace m2ag::host {

/// While it lives, SIGINT and SIGTERM end a wait instead of the program. One at a time; made before any thread starts.
class ClientWait {
 public:
  ClientWait();
  ~ClientWait();
  ClientWait(const ClientWait&) = delete;
  ClientWait& operator=(const ClientWait&) = delete;

  enum class End { done, signal, timeout };

  /// [any-thread]
  void done();
  /// Nothing as deadline: for ever.
  End wait(std::optional<std::chrono::steady_clock::duration> patience);

 private:
  int wake_ = -1;     // eventfd
  int signals_ = -1;  // signalfd
};

}  // namespace m2ag::host
