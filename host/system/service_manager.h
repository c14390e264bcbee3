// The word to systemd (sd_notify(3)): that the host is ready, stops, reloads, how it is, and that it still makes progress. Without
// NOTIFY_SOCKET nobody listens and nothing is sent. A message that the manager does not take at once is lost. Any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace m2ag::host {

class ServiceManager {
 public:
  /// What the environment says: NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID.
  static ServiceManager of_process();
  /// `socket`: a path, `@name` for an abstract one, or empty for none.
  explicit ServiceManager(std::string socket, std::optional<std::chrono::microseconds> watchdog = {});

  /// Within which time the watchdog wants to be fed; nothing when it does not watch this process.
  std::optional<std::chrono::microseconds> watchdog() const { return watchdog_; }

  void ready() const { send("READY=1"); }
  void stopping() const { send("STOPPING=1"); }
  /// ready() ends it.
  void reloading() const;
  /// One line for people, shown by `systemctl status`.
  void status(std::string_view text) const;
  void feed_watchdog() const { send("WATCHDOG=1"); }

 private:
  void send(std::string_view message) const;

  std::string socket_;
  std::optional<std::chrono::microseconds> watchdog_;
};

}  // namespace m2ag::host
