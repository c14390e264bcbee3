// Timers on the monotonic clock, on one thread. Callbacks run on that thread one after the other and must be short and must not throw:
// they post to a lane. It does not run components' code. Nothing wakes up while nothing is due. Any thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>

#include "core/clock.h"
#include "core/task.h"

namespace m2ag::host {

/// Names one timer; never used twice in the life of a scheduler, never 0.
using TimerId = std::uint64_t;

class Scheduler {
 public:
  explicit Scheduler(const Clock& clock) : clock_(clock) {}
  /// stop()
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  /// Starts the thread. Not with a clock that stands still: there the test calls run_due(). Throws std::system_error.
  void start();
  /// Joins the thread; no callback starts afterwards. Not from a callback.
  void stop();

  /// Once at `time`; a time in the past means at once.
  TimerId at(Clock::time_point time, Task task);
  TimerId after(Clock::duration delay, Task task);
  /// Again and again: first after `first_delay` (without it, after one interval), then on that grid without drift. Instants missed
  /// because the thread was late are skipped, not caught up. Throws std::invalid_argument unless `interval` is positive.
  TimerId every(Clock::duration interval, std::function<void()> callback,
                std::optional<Clock::duration> first_delay = {});

  /// True: the timer was there and no callback of it starts any more. One that had begun before may still be running when this returns
  /// (only for `every`; a timer that runs once is gone when it begins): what it refers to must be kept alive by its captures.
  /// False: there is no such timer, or it has run.
  bool cancel(TimerId id);

  /// Runs what is due now on the calling thread, in order of time, including what becomes due by that. Returns how many ran.
  /// Only without start().
  std::size_t run_due();

  /// When the next timer is due.
  std::optional<Clock::time_point> next_due() const;
  std::size_t size() const;

  /// Callbacks finished so far. A watchdog that keeps a timer of its own sees it grow, or the thread hangs.
  std::uint64_t progress() const { return progress_.load(std::memory_order_relaxed); }

 private:
  using Key = std::pair<Clock::time_point, TimerId>;  // the id keeps timers of one instant in the order they were made
  struct Timer {
    Task task;
    Clock::duration interval{};  ///< zero: once
  };
  using Lock = std::unique_lock<std::mutex>;

  TimerId add(Clock::time_point time, Timer timer);
  bool run_next(Lock& lock);
  void loop();

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::map<Key, Timer> timers_;
  std::unordered_map<TimerId, Clock::time_point> due_;
  TimerId last_id_ = 0;
  TimerId running_ = 0;  ///< whose callback is on its way
  bool running_repeats_ = false;
  bool cancelled_running_ = false;
  bool stopping_ = false;
  std::atomic<std::uint64_t> progress_{0};
  std::thread thread_;
};

}  // namespace m2ag::host
