#include "cli/main_loop.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace m2ag::host {

MainLoop::MainLoop(const sigset_t& signals, std::function<void(int)> on_signal)
    : signals_(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      on_signal_(std::move(on_signal)) {
  if (signals_ >= 0 && wake_ >= 0) return;
  const int error = errno;
  if (signals_ >= 0) ::close(signals_);
  throw std::system_error(error, std::generic_category(), "cannot wait for signals");
}

MainLoop::~MainLoop() {
  ::close(signals_);
  ::close(wake_);
}

void MainLoop::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(task));
  }
  ::eventfd_write(wake_, 1);
}

void MainLoop::watch(int descriptor, Task readable) { watched_.emplace_back(descriptor, std::move(readable)); }

void MainLoop::settle(const std::string& name, Clock::duration quiet, Clock::duration most, Task task) {
  const auto now = Clock::now();
  const auto [entry, first] = settling_.try_emplace(name);
  if (first) entry->second.latest = now + most;
  entry->second.due = std::min(now + quiet, entry->second.latest);
  entry->second.task = std::move(task);
}

int MainLoop::patience() const {
  if (settling_.empty()) return -1;
  const auto next = std::ranges::min_element(settling_, {}, [](const auto& each) { return each.second.due; });
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next->second.due - Clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
}

bool MainLoop::take_signals() {
  signalfd_siginfo signal{};
  while (::read(signals_, &signal, sizeof signal) == sizeof signal) on_signal_(static_cast<int>(signal.ssi_signo));
  return !quitting_;
}

void MainLoop::run() {
  while (!quitting_) {
    std::vector<pollfd> waiting{{signals_, POLLIN, 0}, {wake_, POLLIN, 0}};
    for (const auto& [descriptor, task] : watched_) waiting.push_back({descriptor, POLLIN, 0});
    if (::poll(waiting.data(), waiting.size(), patience()) < 0 && errno != EINTR)
      throw std::system_error(errno, std::generic_category(), "poll");
    if (!take_signals()) return;
    eventfd_t ignored = 0;
    if (::eventfd_read(wake_, &ignored) == 0) run_posted();
    for (std::size_t i = 0; i < watched_.size(); ++i) {
      if ((waiting[i + 2].revents & POLLIN) != 0) watched_[i].second();
    }
    run_settled();
  }
}

void MainLoop::run_posted() {
  std::vector<Task> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(posted_);
  }
  for (const Task& task : tasks) task();
}

void MainLoop::run_settled() {
  std::vector<Task> due;
  const auto now = Clock::now();
  std::erase_if(settling_, [&](auto& each) {
    if (each.second.due > now) return false;
    due.push_back(std::move(each.second.task));
    return true;
  });
  for (const Task& task : due) task();
}

}  // namespace m2ag::host
