#include "cli/client_wait.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <system_error>

namespace m2ag::host {

ClientWait::ClientWait() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  wake_ = ::eventfd(0, EFD_CLOEXEC);
  signals_ = ::signalfd(-1, &signals, SFD_CLOEXEC);
  if (wake_ < 0 || signals_ < 0) throw std::system_error(errno, std::generic_category(), "cannot wait for signals");
}

ClientWait::~ClientWait() {
  ::close(signals_);
  ::close(wake_);
}

void ClientWait::done() {
  const std::uint64_t one = 1;
  // The counter cannot overflow: nobody adds 2^64 times.
  [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
}

ClientWait::End ClientWait::wait(std::optional<std::chrono::steady_clock::duration> patience) {
  const auto end = std::chrono::steady_clock::now() + patience.value_or(std::chrono::hours(0));
  std::array<pollfd, 2> events{{{wake_, POLLIN, 0}, {signals_, POLLIN, 0}}};
  while (true) {
    int timeout = -1;
    if (patience) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
      if (left.count() <= 0) return End::timeout;
      timeout = static_cast<int>(left.count());
    }
    const int ready = ::poll(events.data(), events.size(), timeout);
    if (ready < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "cannot wait");
    if (ready <= 0) continue;
    if (events[1].revents != 0) return End::signal;
    if (events[0].revents != 0) return End::done;
  }
}

}  // namespace m2ag::host
