// Log lines on their way to `log/<level>`: gathered by the log's sink, which may be anywhere in the host, and published from a lane, so
// that logging never waits for the network and never comes back into the part that logs. Bounded: the oldest go first, and it is said how many.
// Any thread.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "core/lane.h"
#include "core/log.h"

namespace m2ag::host {

class LogForwarder {
 public:
  /// `publish` is called on a lane of `executor`, one line at a time.
  LogForwarder(Executor& executor, Log& log, std::function<void(const LogLine&)> publish);
  /// No line is published any more once this has returned, unless one is under way.
  ~LogForwarder();
  LogForwarder(const LogForwarder&) = delete;
  LogForwarder& operator=(const LogForwarder&) = delete;

 private:
  struct Queue;
  std::shared_ptr<Queue> queue_;  // shared with the log's sink, which stays for the life of the log
};

}  // namespace m2ag::host
