#include "system/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace m2ag::host {
namespace {

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

std::optional<long long> number(const std::string& text) {
  long long value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

/// sd_watchdog_enabled(3): WATCHDOG_PID says for which process it is meant; without it, for this one.
std::optional<std::chrono::microseconds> watchdog_of_process() {
  const auto time = number(variable("WATCHDOG_USEC"));
  const std::string process = variable("WATCHDOG_PID");
  if (!time || *time <= 0 || (!process.empty() && number(process) != ::getpid())) return std::nullopt;
  return std::chrono::microseconds(*time);
}

}  // namespace

ServiceManager ServiceManager::of_process() { return ServiceManager(variable("NOTIFY_SOCKET"), watchdog_of_process()); }

ServiceManager::ServiceManager(std::string socket, std::optional<std::chrono::microseconds> watchdog)
    : socket_(std::move(socket)), watchdog_(watchdog) {
  if (socket_.empty()) watchdog_.reset();
}

void ServiceManager::reloading() const {
  // Type=notify-reload wants the time at which it began.
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.tv_sec * 1'000'000LL + now.tv_nsec / 1000));
}

void ServiceManager::status(std::string_view text) const {
  std::string line = "STATUS=" + std::string(text);
  std::ranges::replace(line, '\n', ' ');
  send(line);
}

void ServiceManager::send(std::string_view message) const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_.empty() || socket_.size() >= sizeof(address.sun_path)) return;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  if (socket_.front() == '@') address.sun_path[0] = '\0';
  const int file = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (file < 0) return;
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  ::sendto(file, message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
           reinterpret_cast<const sockaddr*>(&address), length);
  ::close(file);
}

}  // namespace m2ag::host
