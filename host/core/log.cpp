#include "core/log.h"

#include <fmt/chrono.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdlib>
#include <string>

namespace m2ag::host {
namespace {

/// syslog(3) priorities, as sd-daemon(3) wants them before each line.
int priority(LogLevel level) {
  constexpr std::array<int, 4> kPriorities = {7, 6, 4, 3};
  return kPriorities[static_cast<std::size_t>(level)];
}

/// systemd.exec(5): JOURNAL_STREAM names device and inode of the stream it gave; stderr may have been redirected since.
bool stderr_is_journal() {
  const char* const stream = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  if (stream == nullptr || fstat(STDERR_FILENO, &status) != 0) return false;
  return fmt::format("{}:{}", status.st_dev, status.st_ino) == stream;
}

/// Control characters become visible: a payload or a plugin must not be able to forge a line or drive a terminal.
void append_visible(std::string& line, std::string_view text) {
  for (const char c : text) {
    if (c == '\n') {
      line += "\\n";
    } else if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F) {
      fmt::format_to(std::back_inserter(line), "\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      line += c;
    }
  }
}

/// A terminal that is held or a pipe that nobody reads must not stop the device: what does not fit is lost.
void write_whole(std::string_view line) {
  while (!line.empty()) {
    pollfd place{STDERR_FILENO, POLLOUT, 0};
    if (::poll(&place, 1, 0) != 1) return;
    // pipe(7): what poll(2) promises is room for PIPE_BUF bytes, a longer write would wait for the rest.
    const ssize_t written = ::write(STDERR_FILENO, line.data(), std::min<std::size_t>(line.size(), PIPE_BUF));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // nowhere to complain
    line.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

std::string_view to_string(LogLevel level) {
  constexpr std::array<std::string_view, 4> kWords = {"debug", "info", "warning", "error"};
  return kWords[static_cast<std::size_t>(level)];
}

void Log::add_sink(Sink sink) {
  const std::lock_guard lock(mutex_);
  sinks_.push_back(std::move(sink));
}

void Log::write(LogLevel level, std::string_view component, std::string_view message) {
  if (!enabled(level)) return;
  const std::lock_guard lock(mutex_);
  for (const Sink& sink : sinks_) sink({level, component, message});
}

Log::Sink stderr_sink() {
  return [journal = stderr_is_journal()](const LogLine& entry) {
    std::string line;
    if (journal) {
      fmt::format_to(std::back_inserter(line), "<{}>", priority(entry.level));
    } else {
      const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
      fmt::format_to(std::back_inserter(line), "{:%Y-%m-%dT%H:%M:%S}.{:03}Z {:<7} ",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(now)), now.time_since_epoch().count() % 1000,
                     to_string(entry.level));
    }
    if (!entry.component.empty()) {
      append_visible(line, entry.component);
      line += ": ";
    }
    append_visible(line, entry.message);
    line += '\n';
    write_whole(line);
  };
}

}  // namespace m2ag::host
