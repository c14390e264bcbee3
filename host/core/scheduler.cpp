#include "core/scheduler.h"

#include <pthread.h>

#include <stdexcept>
#include <utility>

namespace m2ag::host {

Scheduler::~Scheduler() { stop(); }

void Scheduler::start() {
  thread_ = std::thread([this] { loop(); });
  pthread_setname_np(thread_.native_handle(), "m2ag-timer");
}

void Scheduler::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

TimerId Scheduler::at(Clock::time_point time, Task task) { return add(time, {std::move(task)}); }

TimerId Scheduler::after(Clock::duration delay, Task task) { return add(clock_.now() + delay, {std::move(task)}); }

TimerId Scheduler::every(Clock::duration interval, std::function<void()> callback,
                         std::optional<Clock::duration> first_delay) {
  if (interval <= Clock::duration::zero()) throw std::invalid_argument("a timer's interval must be positive");
  return add(clock_.now() + first_delay.value_or(interval), {std::move(callback), interval});
}

TimerId Scheduler::add(Clock::time_point time, Timer timer) {
  TimerId id = 0;
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    id = ++last_id_;
    const auto place = timers_.emplace(Key{time, id}, std::move(timer)).first;
    due_.emplace(id, time);
    first = place == timers_.begin();
  }
  if (first) wake_.notify_one();
  return id;
}

bool Scheduler::cancel(TimerId id) {
  Timer cancelled;  // destroyed without the mutex: its captures may run anything
  const std::lock_guard lock(mutex_);
  const auto due = due_.find(id);
  if (due == due_.end()) {
    if (id == 0 || id != running_ || !running_repeats_) return false;
    return !std::exchange(cancelled_running_, true);
  }
  const auto timer = timers_.find(Key{due->second, id});
  cancelled = std::move(timer->second);
  timers_.erase(timer);
  due_.erase(due);
  return true;
}

/// Runs the first timer if it is due; the lock is let go meanwhile.
bool Scheduler::run_next(Lock& lock) {
  if (timers_.empty()) return false;
  const auto first = timers_.begin();
  const auto [time, id] = first->first;
  const Clock::time_point now = clock_.now();
  if (time > now) return false;
  {
    Timer timer = std::move(first->second);
    timers_.erase(first);
    due_.erase(id);
    running_ = id;
    running_repeats_ = timer.interval != Clock::duration::zero();
    cancelled_running_ = false;
    lock.unlock();
    timer.task();
    lock.lock();
    running_ = 0;
    if (running_repeats_ && !cancelled_running_ && !stopping_) {
      const auto missed = (now - time) / timer.interval;
      const Clock::time_point next = time + (missed + 1) * timer.interval;
      timers_.emplace(Key{next, id}, std::move(timer));
      due_.emplace(id, next);
    }
    lock.unlock();
  }
  lock.lock();
  progress_.fetch_add(1, std::memory_order_relaxed);
  return true;
}

std::size_t Scheduler::run_due() {
  Lock lock(mutex_);
  std::size_t count = 0;
  while (!stopping_ && run_next(lock)) ++count;
  return count;
}

void Scheduler::loop() {
  Lock lock(mutex_);
  while (!stopping_) {
    if (run_next(lock)) continue;
    if (timers_.empty()) {
      wake_.wait(lock);
    } else {
      const Clock::time_point next = timers_.begin()->first.first;
      wake_.wait_until(lock, next);
    }
  }
}

std::optional<Clock::time_point> Scheduler::next_due() const {
  const std::lock_guard lock(mutex_);
  if (timers_.empty()) return std::nullopt;
  return timers_.begin()->first.first;
}

std::size_t Scheduler::size() const {
  const std::lock_guard lock(mutex_);
  return timers_.size();
}

}  // namespace m2ag::host
