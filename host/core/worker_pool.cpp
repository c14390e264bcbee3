#include "core/worker_pool.h"

#include <pthread.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "core/thread_state.h"

namespace m2ag::host {
namespace {

/// Rounds of patience without any worker getting free after which computing workers get company, so that a few long computations cannot
/// hold everybody up: the kernel shares the cores better than the queue does.
constexpr int kStandstill = 20;
/// How many workers may then compute at once above the number of cores.
constexpr std::size_t kCrowd = 4;
/// Workers whose state is asked for one decision; bounds its cost when very many are blocked.
constexpr std::size_t kInspected = 64;

/// What the brief turn on this thread has announced to its pool.
struct BriefTurn {
  const WorkerPool* pool = nullptr;  ///< nullptr: none is running
  std::size_t announced = 0;
};
thread_local BriefTurn brief_turn;

}  // namespace

WorkerPool::WorkerPool(ExecutorOptions options)
    : options_{std::max<std::size_t>(options.keep, 1), std::max({options.cap, options.keep, std::size_t{1}}),
               options.patience, options.idle},
      cores_(std::max(1U, std::thread::hardware_concurrency())) {}

WorkerPool::~WorkerPool() = default;

void WorkerPool::start() {
  {
    const std::lock_guard lock(mutex_);
    for (std::size_t n = 0; n < options_.keep; ++n) add_worker();
  }
  monitor_ = std::thread([this] { watch(); });
  pthread_setname_np(monitor_.native_handle(), "m2ag-monitor");
}

void WorkerPool::ready(std::shared_ptr<Runnable> runnable) {
  Worker* woken = nullptr;
  bool watch = false;
  {
    Lock lock(mutex_);
    if (stopping_) {
      lock.unlock();
      return runnable->refused();
    }
    ready_.push_back(std::move(runnable));
    ++queued_;
    if (brief_turn.pool == this) {
      ++brief_turn.announced;
      return;
    }
    if (!idle_.empty()) {
      woken = idle_.back();
      idle_.pop_back();
      woken->woken = true;
    } else if (!watching_) {
      watching_ = watch = true;
    }
  }
  if (woken != nullptr) woken->wake.notify_one();
  if (watch) monitor_wake_.notify_one();
}

void WorkerPool::work(Worker& self) {
  Lock lock(mutex_);
  self.thread_id = current_thread_id();
  while (!stopping_) {
    if (ready_.empty()) {
      if (!park(lock, self)) break;
      continue;
    }
    std::shared_ptr<Runnable> runnable = ready_.pop_front();
    ++taken_;
    lock.unlock();
    brief_turn = {runnable->is_brief() ? this : nullptr, 0};
    runnable->run_turn();
    const std::size_t announced = std::exchange(brief_turn, {}).announced;
    runnable.reset();
    lock.lock();
    if (announced > 1) wake_others(lock, announced - 1);  // one is for this worker
  }
  self.running = false;
  --alive_;
  ended_.notify_all();
}

void WorkerPool::wake_others(Lock& lock, std::size_t count) {
  std::vector<Worker*> woken;
  for (; count > 0 && !idle_.empty(); --count) {
    woken.push_back(idle_.back());
    idle_.pop_back();
    woken.back()->woken = true;
  }
  const bool watch = count > 0 && !std::exchange(watching_, true);
  lock.unlock();
  for (Worker* worker : woken) worker->wake.notify_one();
  if (watch) monitor_wake_.notify_one();
  lock.lock();
}

/// Waits for work. False when the worker has been idle too long and there are more than are kept.
bool WorkerPool::park(Lock& lock, Worker& self) {
  self.woken = false;
  idle_.push_back(&self);
  const auto end = std::chrono::steady_clock::now() + options_.idle;
  while (!self.woken && !stopping_) {
    if (alive_ <= options_.keep) {
      self.wake.wait(lock);
    } else if (self.wake.wait_until(lock, end) == std::cv_status::timeout && !self.woken && alive_ > options_.keep) {
      std::erase(idle_, &self);
      return false;
    }
  }
  return true;
}

void WorkerPool::watch() {
  Lock lock(mutex_);
  while (!stopping_) {
    if (watching_) {
      watch_queue(lock);
      watching_ = false;
    } else {
      monitor_wake_.wait(lock);
    }
  }
}

/// Until the queue has been empty: starts a worker whenever something that was waiting still waits one patience later.
void WorkerPool::watch_queue(Lock& lock) {
  int standstill = 0;
  while (!stopping_ && !ready_.empty()) {
    const std::uint64_t queued = queued_;
    const std::uint64_t taken = taken_;
    monitor_wake_.wait_for(lock, options_.patience);
    standstill = taken_ == taken ? standstill + 1 : 0;
    const bool served = taken_ >= queued || !idle_.empty();
    if (served || stopping_ || alive_ >= options_.cap) continue;
    if (blocked_enough(lock, standstill >= kStandstill) && !stopping_ && !ready_.empty()) add_worker();
  }
}

/// Whether a further worker would find a core (or, when nothing moves, may share one). Lets go of the lock meanwhile.
bool WorkerPool::blocked_enough(Lock& lock, bool nothing_moves) {
  std::vector<int> threads;
  for (auto worker = workers_.rbegin(); worker != workers_.rend() && threads.size() < kInspected; ++worker) {
    if ((*worker)->running) threads.push_back((*worker)->thread_id);
  }
  lock.unlock();
  const std::size_t most = nothing_moves ? cores_ + kCrowd : cores_;
  std::size_t computing = 0;
  for (const int thread : threads) {
    if (thread == 0 || is_runnable(thread)) ++computing;
    if (computing >= most) break;
  }
  lock.lock();
  return computing < most;
}

/// With the mutex held. That the system has no thread left is no reason to end: what is queued waits for the workers there are.
void WorkerPool::add_worker() {
  const auto free = std::ranges::find_if(workers_, [](const auto& worker) { return !worker->running; });
  Worker& worker = free != workers_.end() ? **free : *workers_.emplace_back(std::make_unique<Worker>());
  if (worker.thread.joinable()) worker.thread.join();  // it let go of the mutex for the last time
  worker.thread_id = 0;
  try {
    worker.thread = std::thread([self = shared_from_this(), &worker] { self->work(worker); });
  } catch (const std::system_error&) {
    if (alive_ < options_.keep) throw;  // from start(): the process has not begun
    ++start_failures_;
    return;
  }
  pthread_setname_np(worker.thread.native_handle(), "m2ag-worker");
  worker.running = true;
  peak_ = std::max(peak_, ++alive_);
}

bool WorkerPool::stop(std::chrono::steady_clock::time_point deadline) {
  Ring<std::shared_ptr<Runnable>> dropped;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(stopping_, true)) return left_behind_ == 0;
    std::swap(dropped, ready_);
    for (const auto& worker : workers_) worker->wake.notify_one();
    monitor_wake_.notify_one();
  }
  if (monitor_.joinable()) monitor_.join();
  while (!dropped.empty()) dropped.pop_front()->refused();
  Lock lock(mutex_);
  ended_.wait_until(lock, deadline, [this] { return alive_ == 0; });
  for (const auto& worker : workers_) {
    if (!worker->thread.joinable()) continue;
    if (worker->running) {
      worker->thread.detach();
      ++left_behind_;
    } else {
      worker->thread.join();
    }
  }
  return left_behind_ == 0;
}

ExecutorStats WorkerPool::stats() const {
  const std::lock_guard lock(mutex_);
  return {alive_, idle_.size(), ready_.size(), peak_, taken_, start_failures_};
}

}  // namespace m2ag::host
