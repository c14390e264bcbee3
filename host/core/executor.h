// The threads on which lanes run. It grows when every worker is blocked and shrinks when idle, so that blocked components do not delay
// the others and idle lanes cost no thread. It knows nothing of commands or components. Any thread.
//
// A monitor thread starts one more worker when something has waited longer than `patience` while no worker was free, and again as long as
// that is so. Workers that compute do not count as blocked (the kernel is asked): more threads would not help them.
// Nothing wakes up while nothing is ready.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/clock.h"

namespace m2ag::host {

class WorkerPool;

struct ExecutorOptions {
  std::size_t keep = 2;    ///< workers that are never ended, at least 1
  std::size_t cap = 1024;  ///< workers at most
  std::chrono::microseconds patience{300};
  std::chrono::milliseconds idle{10'000};  ///< a worker above `keep` ends after being idle this long
};

struct ExecutorStats {
  std::size_t workers = 0;           ///< threads now, the monitor not counted
  std::size_t idle = 0;              ///< of these, waiting for work
  std::size_t ready = 0;             ///< lanes waiting for a worker
  std::size_t peak = 0;              ///< most workers at once so far
  std::uint64_t turns = 0;           ///< lanes run so far; moves while the executor makes progress
  std::uint64_t start_failures = 0;  ///< threads the system refused
};

/// What the executor runs: something that announced itself with WorkerPool::ready and has one turn now.
class Runnable {
 public:
  virtual ~Runnable() = default;
  /// Must not throw. To have another turn, announce it again.
  virtual void run_turn() noexcept = 0;
  /// Its turns are short and never block, such as one that only hands work on: what it announces is then run by the same worker after it,
  /// which saves waking up another.
  virtual bool is_brief() const noexcept { return false; }
  /// The executor has ended: the announced turn will not come, nor any other.
  virtual void refused() noexcept = 0;
};

class Executor {
 public:
  /// `clock` stamps calls and judges deadlines of the lanes; the executor's own patience runs on real time.
  /// Throws std::system_error when the first threads cannot be started.
  explicit Executor(const Clock& clock, ExecutorOptions options = {});
  /// stop() with a deadline of five seconds.
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  /// Ends the threads: what runs may finish until `deadline` (real time), what waits is dropped, what comes later is refused.
  /// False when a worker had not ended by then (it is in a call that does not return): such threads are detached, the state they touch stays alive for them, but `clock`
  /// and what their lanes refer to may not: leave the process with std::_Exit. Not from a worker. A second call reports the same.
  bool stop(std::chrono::steady_clock::time_point deadline);

  ExecutorStats stats() const;
  const Clock& clock() const { return clock_; }
  const std::shared_ptr<WorkerPool>& pool() const { return pool_; }

 private:
  const Clock& clock_;
  std::shared_ptr<WorkerPool> pool_;
};

}  // namespace m2ag::host
