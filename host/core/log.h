// The host's log: one line an edge (down once, back once), to stderr in journald's form and to any further sink
// (the MQTT bridge publishes lines on <device>/log/<level>). Not a tracing tool.
// Every function may be called from any thread; sinks are called on the caller's thread, one at a time, and must not log.
#pragma once

#include <fmt/format.h>

#include <m2ag/log_level.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string_view>
#include <vector>

namespace m2ag::host {

/// "debug", "info", "warning" or "error": the word of the topic `log/<level>` and of `--log-level`.
std::string_view to_string(LogLevel level);

/// One line on its way to the sinks. `component` is empty when the line is about the host itself.
struct LogLine {
  LogLevel level;
  std::string_view component;
  std::string_view message;
};

class Log {
 public:
  using Sink = std::function<void(const LogLine&)>;

  explicit Log(LogLevel least = LogLevel::info) : least_(least) {}
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// Sinks stay for the life of the log. Called before threads start or at any time after.
  void add_sink(Sink sink);
  void set_least(LogLevel least) { least_ = least; }
  bool enabled(LogLevel level) const { return level >= least_.load(std::memory_order_relaxed); }

  void write(LogLevel level, std::string_view component, std::string_view message);

  template <class... Args>
  void debug(std::string_view component, fmt::format_string<Args...> format, Args&&... args) {
    if (enabled(LogLevel::debug)) write(LogLevel::debug, component, fmt::format(format, std::forward<Args>(args)...));
  }
  template <class... Args>
  void info(std::string_view component, fmt::format_string<Args...> format, Args&&... args) {
    if (enabled(LogLevel::info)) write(LogLevel::info, component, fmt::format(format, std::forward<Args>(args)...));
  }
  template <class... Args>
  void warning(std::string_view component, fmt::format_string<Args...> format, Args&&... args) {
    write(LogLevel::warning, component, fmt::format(format, std::forward<Args>(args)...));
  }
  template <class... Args>
  void error(std::string_view component, fmt::format_string<Args...> format, Args&&... args) {
    write(LogLevel::error, component, fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  std::atomic<LogLevel> least_;
  std::mutex mutex_;
  std::vector<Sink> sinks_;
};

/// Writes `<N>component: message` lines to stderr when it is the journal's (JOURNAL_STREAM is set), else `time level component: message`.
Log::Sink stderr_sink();

}  // namespace m2ag::host
