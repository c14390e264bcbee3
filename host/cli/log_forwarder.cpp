#include "cli/log_forwarder.h"

#include <fmt/format.h>

namespace m2ag::host {
namespace {

constexpr std::size_t kMostWaiting = 200;

}  // namespace

struct LogForwarder::Queue {
  struct Line {
    LogLevel level;
    std::string component, message;
  };

  std::mutex mutex;
  std::deque<Line> waiting;
  std::size_t dropped = 0;
  std::shared_ptr<Lane> lane;
  std::function<void(const LogLine&)> publish;

  /// On the lane.
  void drain() {
    std::deque<Line> lines;
    std::size_t lost = 0;
    {
      const std::lock_guard lock(mutex);
      lines.swap(waiting);
      lost = std::exchange(dropped, 0);
    }
    for (const Line& line : lines) publish({line.level, line.component, line.message});
    if (lost > 0)
      publish({LogLevel::warning, "", fmt::format("{} log lines were not published: too many at once", lost)});
  }
};

LogForwarder::LogForwarder(Executor& executor, Log& log, std::function<void(const LogLine&)> publish)
    : queue_(std::make_shared<Queue>()) {
  queue_->lane = Lane::create(executor, "log");
  queue_->publish = std::move(publish);
  log.add_sink([queue = queue_](const LogLine& line) {
    bool first = false;
    {
      const std::lock_guard lock(queue->mutex);
      first = queue->waiting.empty();
      queue->waiting.push_back({line.level, std::string(line.component), std::string(line.message)});
      if (queue->waiting.size() > kMostWaiting) {
        queue->waiting.pop_front();
        ++queue->dropped;
      }
    }
    if (first) queue->lane->post([queue] { queue->drain(); }, {"log", {}});
  });
}

LogForwarder::~LogForwarder() { queue_->lane->close(); }

}  // namespace m2ag::host
