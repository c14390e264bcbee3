// The executor's inside: run queue, workers, monitor. Apart from Executor because abandoned calls outlive that: a worker that never
// returns from a plugin shares ownership of the pool. Any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/executor.h"
#include "core/ring.h"

namespace m2ag::host {

class WorkerPool : public std::enable_shared_from_this<WorkerPool> {
 public:
  explicit WorkerPool(ExecutorOptions options);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Starts the kept workers and the monitor. Called once. Throws std::system_error.
  void start();

  /// Gives `runnable` one turn on some worker, in the order of the calls; once stopped, calls its refused(). Never blocks.
  void ready(std::shared_ptr<Runnable> runnable);

  /// As Executor::stop.
  bool stop(std::chrono::steady_clock::time_point deadline);

  ExecutorStats stats() const;

 private:
  /// A place for a thread, used again when that has ended and never freed, so that it can be woken without holding the mutex.
  struct Worker {
    std::thread thread;
    std::condition_variable wake;
    int thread_id = 0;     ///< the kernel's, 0 while it starts
    bool woken = false;    ///< taken from idle_ by ready()
    bool running = false;  ///< false: this place is free, its thread has ended or is about to
  };
  using Lock = std::unique_lock<std::mutex>;

  void work(Worker& self);
  void wake_others(Lock& lock, std::size_t count);
  bool park(Lock& lock, Worker& self);
  void watch();
  void watch_queue(Lock& lock);
  bool blocked_enough(Lock& lock, bool nothing_moves);
  void add_worker();

  const ExecutorOptions options_;
  const std::size_t cores_;
  mutable std::mutex mutex_;
  std::condition_variable monitor_wake_;
  std::condition_variable ended_;
  Ring<std::shared_ptr<Runnable>> ready_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<Worker*>
      idle_;  ///< a stack: the last to park is the first to run, so that the surplus stays idle and ends
  std::thread monitor_;
  std::uint64_t queued_ = 0;  ///< ever put into ready_
  std::uint64_t taken_ = 0;   ///< ever taken out of it
  std::size_t alive_ = 0;
  std::size_t peak_ = 0;
  std::size_t left_behind_ = 0;
  std::uint64_t start_failures_ = 0;
  bool watching_ = false;
  bool stopping_ = false;
};

}  // namespace m2ag::host
