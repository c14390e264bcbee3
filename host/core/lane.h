// A lane: a serial mailbox on the executor. Never two calls at once, first come first served. Components of one bus may share a lane.
// It does not time calls out; it says who runs since when (running()) and lets a supervisor expire what waits.
// Any thread; what runs on the lane may post to it, but not wait for it.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/current_call.h"
#include "core/executor.h"
#include "core/log.h"
#include "core/ring.h"
#include "core/task.h"

namespace m2ag::host {

/// What a call threw. Views and pointer are valid while the handler runs.
struct CallError {
  CallTag tag;
  std::string_view message;
  const std::exception* exception;  ///< to tell kinds apart; nullptr when something else was thrown
};

struct RunningCall {
  std::string label;
  std::string owner;
  const void* owner_address = nullptr;  ///< where the CallTag's owner lies: an instance and its successor have one id
  Clock::time_point started;
};

class Lane final : public Runnable, public std::enable_shared_from_this<Lane> {
  struct Private {};

 public:
  static constexpr std::size_t kDefaultCapacity = 1024;
  /// Called on the lane, as part of the call that threw, so that no other call of the lane runs meanwhile. Must not throw.
  using ErrorHandler = std::function<void(const CallError&)>;

  /// `capacity`: commands that may wait. `log`: where an exception goes when there is no handler (or it throws). The executor's clock
  /// and `log` must outlive the executor; the lane may outlive it (then it refuses everything).
  static std::shared_ptr<Lane> create(Executor& executor, std::string name, std::size_t capacity = kDefaultCapacity,
                                      Log* log = nullptr, ErrorHandler on_error = {});
  Lane(Private, Executor& executor, std::string name, std::size_t capacity, Log* log, ErrorHandler on_error);
  ~Lane() override;

  const std::string& name() const { return name_; }

  /// A command. False (and neither task is kept) when `capacity` commands already wait or the lane is closed.
  /// Otherwise exactly one of the two runs: `task` on the lane; or `on_dropped` when the command will not run because its deadline passed
  /// (from expire(), or on the lane if its turn comes too late), it was dropped or the lane was closed. `on_dropped` must be short.
  [[nodiscard]] bool try_post(Task task, CallTag tag, Clock::time_point deadline, Task on_dropped = {});

  /// The host's own work: not subject to capacity, never expires. False (the task is dropped) when the lane is closed.
  bool post(Task task, CallTag tag);

  /// Takes out every waiting command whose deadline is `now` or earlier and runs its on_dropped on the calling thread. Returns how many.
  std::size_t expire(Clock::time_point now);

  /// Takes out all that waits for one owner (commands and the host's posts) when its component leaves a shared lane. Returns how many.
  std::size_t drop(std::string_view owner);

  /// Drops all that waits and refuses what comes. The running call is not affected. Returns how many were dropped.
  std::size_t close();

  /// Which call runs now. None between calls and while idle.
  std::optional<RunningCall> running() const;

  /// Commands and posts that wait, the running call not counted.
  std::size_t pending() const;

  /// The calling thread runs what is on this lane.
  bool is_here() const noexcept;

  /// Waits until nothing waits and nothing runs, at most until `deadline` (real time). Not from the lane itself.
  bool wait_idle(std::chrono::steady_clock::time_point deadline);

 private:
  struct Entry {
    Task task;
    Task on_dropped;
    CallTag tag;
    Clock::time_point deadline;
    bool command = false;
  };

  void run_turn() noexcept override;
  void run_tasks() noexcept;
  void refused() noexcept override;
  bool enqueue(Entry& entry);
  std::optional<Entry> take(std::size_t taken, Clock::time_point& started);
  void run(Task& task, const CallTag& tag);
  void report(const CallTag& tag, std::string_view message, const std::exception* exception);
  template <class Matches>
  std::size_t remove(Matches matches, bool closing = false);

  const std::string name_;
  const std::size_t capacity_;
  const std::shared_ptr<WorkerPool> pool_;
  const Clock& clock_;
  Log* const log_;
  const ErrorHandler on_error_;

  mutable std::mutex mutex_;
  std::condition_variable idle_;
  Ring<Entry> queue_;
  std::size_t commands_ = 0;  ///< of those in queue_
  std::optional<CallTag> running_;
  Clock::time_point started_;
  bool scheduled_ = false;  ///< announced to the pool or in a turn
  bool closed_ = false;
};

}  // namespace m2ag::host
