#include "hardware/edge_thread.h"

#include <m2ag/error.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include "core/current_call.h"

namespace m2ag::host {

namespace {

using std::chrono::nanoseconds;

// Kernels before 6.5 wake nobody who waits for edges of a chip that is unplugged: it is found out by asking.
constexpr std::chrono::seconds kCheckInterval{10};

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
  std::unique_lock lock(mutex_);
  auto debouncer =
      debounce.count() > 0 ? std::optional<Debouncer>(std::in_place, debounce, source.level()) : std::nullopt;
  const std::uint64_t id = ++next_id_;
  watched_.emplace(id, Watched{source, std::move(debouncer), std::move(on_edge), std::move(on_lost),
                               monotonic_now() + kCheckInterval});
  if (!thread_.joinable()) {
    const CurrentCall nobody({});  // not the component's that happens to open the first input
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }
  lock.unlock();
  reader_.add(id, source);
  return {this, [id](EdgeThread* thread) { thread->remove(id); }};
}

void EdgeThread::remove(std::uint64_t id) {
  reader_.remove(id);
  const std::lock_guard lock(mutex_);
  watched_.erase(id);
}

void EdgeThread::wake() { ::eventfd_write(wake_.get(), 1); }

void EdgeThread::run(const std::stop_token& stop) {
  std::array<pollfd, 2> files{
      {{.fd = wake_.get(), .events = POLLIN, .revents = 0}, {.fd = reader_.fd(), .events = POLLIN, .revents = 0}}};
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const auto deadline = next_deadline();
    lock.unlock();
    const timespec timeout = until(deadline.value_or(nanoseconds(0)));
    ::ppoll(files.data(), files.size(), deadline ? &timeout : nullptr, nullptr);
    lock.lock();
    read_all();
    for (auto& [id, watched] : watched_) {
      settle(watched, monotonic_now());
      check(watched, monotonic_now());
    }
  }
}

std::optional<nanoseconds> EdgeThread::next_deadline() const {
  std::optional<nanoseconds> next;
  for (const auto& [id, watched] : watched_) {
    if (watched.gone) continue;
    const auto settles = watched.debouncer ? watched.debouncer->deadline() : std::nullopt;
    const auto due = std::min(settles.value_or(watched.next_check), watched.next_check);
    if (!next || due < *next) next = due;
  }
  return next;
}

void EdgeThread::read_all() {
  reader_.clear();
  while (const auto read = reader_.take()) {
    const auto entry = watched_.find(read->source);
    if (entry == watched_.end()) continue;  // removed meanwhile
    if (read->failure.empty()) {
      tell(entry->second, read->edge);
    } else {
      lose(entry->second, read->failure);
    }
  }
}

void EdgeThread::tell(Watched& watched, const RawEdge& edge) {
  if (watched.debouncer) return watched.debouncer->edge(edge.active, edge.time);
  watched.sequence += edge.lost + 1;
  watched.on_edge({edge.active, edge.time, watched.sequence});
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

void EdgeThread::check(Watched& watched, nanoseconds now) {
  if (watched.gone || now < watched.next_check) return;
  watched.next_check = now + kCheckInterval;
  try {
    watched.source.level();
  } catch (const DeviceError& error) {
    lose(watched, error.what());
  }
}

void EdgeThread::lose(Watched& watched, const std::string& reason) {
  watched.gone = true;
  watched.debouncer.reset();
  if (watched.on_lost) watched.on_lost(reason);
}

}  // namespace m2ag::host
