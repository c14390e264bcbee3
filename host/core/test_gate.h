// For tests: wait for what other threads do, with a deadline instead of a sleep. Any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace m2ag::host {

/// Long enough for the slowest machine and sanitizer; only a failing test waits so long.
inline std::chrono::steady_clock::time_point test_deadline() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(60);
}

/// Counts up; others wait until it has reached a number.
class Counter {
 public:
  void add() {
    const std::lock_guard lock(mutex_);
    ++count_;
    changed_.notify_all();  // with the mutex held: who waits may destroy this as soon as he has it
  }
  std::size_t count() const {
    const std::lock_guard lock(mutex_);
    return count_;
  }
  /// False when it has not come so far by the deadline.
  bool wait_for(std::size_t count, std::chrono::steady_clock::time_point deadline = test_deadline()) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, deadline, [&] { return count_ >= count; });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::size_t count_ = 0;
};

/// Holds callers of wait() back until it is opened; knows how many came.
class Gate {
 public:
  ~Gate() { open(); }
  void open() {
    if (opened_.count() == 0) opened_.add();
  }
  /// Blocks until the gate is open.
  void wait() {
    arrived_.add();
    opened_.wait_for(1);
  }
  bool wait_arrived(std::size_t count) const { return arrived_.wait_for(count); }

 private:
  Counter opened_;
  Counter arrived_;
};

}  // namespace m2ag::host
