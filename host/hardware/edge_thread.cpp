#include "hardware/edge_thread.h"

#include <m2ag/error.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

namespace m2ag::host {

namespace {

using std::chrono::nanoseconds;

// libstdc++'s steady_clock is CLOCK_MONOTONIC: the clock of the kernel's edge times.
nanoseconds monotonic_now() { return std::chrono::steady_clock::now().time_since_epoch(); }

timespec until(nanoseconds deadline) {
  const auto left = std::max(deadline - monotonic_now(), nanoseconds(0));
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
  return {.tv_sec = seconds.count(), .tv_nsec = (left - seconds).count()};
}

}  // namespace

EdgeThread::EdgeThread() : wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!wake_) throw std::system_error(errno, std::generic_category(), "eventfd");
}

EdgeThread::~EdgeThread() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  wake();
}

std::shared_ptr<void> EdgeThread::watch(EdgeSource& source, std::chrono::microseconds debounce, EdgeHandler on_edge,
                                        LineLostHandler on_lost) {
  const std::lock_guard lock(mutex_);
  auto debouncer =
      debounce.count() > 0 ? std::optional<Debouncer>(std::in_place, debounce, source.level()) : std::nullopt;
  const std::uint64_t id = ++next_id_;
  watched_.emplace(id, Watched{source, std::move(debouncer), std::move(on_edge), std::move(on_lost)});
  if (thread_.joinable()) {
    wake();
  } else {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }
  return {this, [id](EdgeThread* thread) { thread->remove(id); }};
}

void EdgeThread::remove(std::uint64_t id) {
  std::unique_lock lock(mutex_);
  watched_.erase(id);
  wake();
  // While a file is polled the kernel keeps it open whoever closes it, and a line would stay busy.
  woken_.wait(lock, [this, round = rounds_] { return !polling_ || rounds_ != round; });
}

void EdgeThread::wake() { ::eventfd_write(wake_.get(), 1); }

void EdgeThread::run(const std::stop_token& stop) {
  std::vector<pollfd> files;
  std::vector<std::uint64_t> ids;
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    files.assign(1, {.fd = wake_.get(), .events = POLLIN, .revents = 0});
    ids.assign(1, 0);
    for (const auto& [id, watched] : watched_) {
      if (watched.gone) continue;
      files.push_back({.fd = watched.source.fd(), .events = POLLIN, .revents = 0});
      ids.push_back(id);
    }
    const auto deadline = next_deadline();
    ++rounds_;
    polling_ = true;
    lock.unlock();
    const timespec timeout = until(deadline.value_or(nanoseconds(0)));
    ::ppoll(files.data(), files.size(), deadline ? &timeout : nullptr, nullptr);
    lock.lock();
    polling_ = false;
    woken_.notify_all();
    eventfd_t wakes = 0;
    if (files[0].revents != 0) ::eventfd_read(wake_.get(), &wakes);
    for (std::size_t i = 1; i < files.size(); ++i) {
      const auto entry = watched_.find(ids[i]);  // gone when it was removed meanwhile
      if (files[i].revents != 0 && entry != watched_.end()) read(entry->second);
    }
    for (auto& [id, watched] : watched_) settle(watched, monotonic_now());
  }
}

std::optional<nanoseconds> EdgeThread::next_deadline() const {
  std::optional<nanoseconds> next;
  for (const auto& [id, watched] : watched_) {
    const auto due = watched.debouncer ? watched.debouncer->deadline() : std::nullopt;
    if (due && (!next || *due < *next)) next = due;
  }
  return next;
}

void EdgeThread::read(Watched& watched) {
  std::vector<RawEdge> edges;
  try {
    watched.source.read_edges(edges);
  } catch (const DeviceError& error) {
    return lose(watched, error.what());
  }
  for (const RawEdge& edge : edges) {
    if (watched.debouncer) {
      watched.debouncer->edge(edge.active, edge.time);
    } else {
      watched.sequence += edge.lost + 1;
      watched.on_edge({edge.active, edge.time, watched.sequence});
    }
  }
}

void EdgeThread::settle(Watched& watched, nanoseconds now) {
  const auto due = watched.debouncer ? watched.debouncer->deadline() : std::nullopt;
  if (watched.gone || !due || now < *due) return;
  try {
    // An edge may be under way or lost in a full queue: only the level that is there now can have been stable.
    if (watched.source.level() != watched.debouncer->pending()->active) {
      return watched.debouncer->edge(!watched.debouncer->pending()->active, now);
    }
  } catch (const DeviceError& error) {
    return lose(watched, error.what());
  }
  if (const auto settled = watched.debouncer->settle(now)) {
    watched.on_edge({settled->active, settled->since, ++watched.sequence});
  }
}

void EdgeThread::lose(Watched& watched, const std::string& reason) {
  watched.gone = true;
  watched.debouncer.reset();
  if (watched.on_lost) watched.on_lost(reason);
}

}  // namespace m2ag::host
