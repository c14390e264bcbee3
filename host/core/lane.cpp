#include "core/lane.h"

#include <utility>
#include <vector>

#include "core/worker_pool.h"

namespace m2ag::host {
namespace {

/// A turn ends after so many tasks or so long, whichever comes first, and the lane queues behind the others.
constexpr std::size_t kTurnTasks = 32;
constexpr std::chrono::milliseconds kTurnTime{1};
/// An idle lane gives the memory of a longer queue back.
constexpr std::size_t kKeptRoom = 16;

thread_local const Lane* turn_of = nullptr;

}  // namespace

std::shared_ptr<Lane> Lane::create(Executor& executor, std::string name, std::size_t capacity, Log* log,
                                   ErrorHandler on_error) {
  return std::make_shared<Lane>(Private{}, executor, std::move(name), capacity, log, std::move(on_error));
}

Lane::Lane(Private, Executor& executor, std::string name, std::size_t capacity, Log* log, ErrorHandler on_error)
    : name_(std::move(name)),
      capacity_(capacity),
      pool_(executor.pool()),
      clock_(executor.clock()),
      log_(log),
      on_error_(std::move(on_error)) {}

Lane::~Lane() = default;

bool Lane::try_post(Task task, CallTag tag, Clock::time_point deadline, Task on_dropped) {
  Entry entry{std::move(task), std::move(on_dropped), tag, deadline, true};
  return enqueue(entry);
}

bool Lane::post(Task task, CallTag tag) {
  Entry entry{std::move(task), {}, tag, Clock::time_point::max(), false};
  return enqueue(entry);
}

bool Lane::enqueue(Entry& entry) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || (entry.command && commands_ >= capacity_)) return false;
    if (entry.command) ++commands_;
    queue_.push_back(std::move(entry));
    if (std::exchange(scheduled_, true)) return true;
  }
  pool_->ready(shared_from_this());
  return true;
}

bool Lane::is_here() const noexcept { return turn_of == this; }

void Lane::run_turn() noexcept {
  turn_of = this;
  run_tasks();
  turn_of = nullptr;
}

void Lane::run_tasks() noexcept {
  Clock::time_point begin;
  Clock::time_point started;
  std::size_t taken = 0;
  std::optional<Entry> entry;
  // The last entry lives until take() no longer shows its tag, and dies outside the lock: destructors of tasks run anything.
  while (taken == 0 || started - begin < kTurnTime) {
    std::optional<Entry> next = take(taken, started);
    entry = std::move(next);
    if (!entry) break;
    if (taken++ == 0) begin = started;
    Task& due = entry->deadline > started ? entry->task : entry->on_dropped;
    if (due) run(due, entry->tag);
  }
  if (entry) {
    const std::lock_guard lock(mutex_);
    running_.reset();
  }
  entry.reset();
  {
    const std::lock_guard lock(mutex_);
    if (queue_.empty()) {
      queue_.trim(kKeptRoom);
      scheduled_ = false;
      idle_.notify_all();
      return;
    }
  }
  pool_->ready(shared_from_this());
}

void Lane::refused() noexcept {
  close();
  const std::lock_guard lock(mutex_);
  scheduled_ = false;
  idle_.notify_all();
}

std::optional<Lane::Entry> Lane::take(std::size_t taken, Clock::time_point& started) {
  const std::lock_guard lock(mutex_);
  running_.reset();
  if (queue_.empty() || taken >= kTurnTasks) return std::nullopt;
  Entry entry = queue_.pop_front();
  if (entry.command) --commands_;
  started_ = started = clock_.now();
  running_ = entry.tag;
  return entry;
}

void Lane::run(Task& task, const CallTag& tag) {
  const CurrentCall call(tag);
  try {
    task();
  } catch (const std::exception& error) {
    report(tag, error.what(), &error);
  } catch (...) {
    report(tag, "something that is no std::exception", nullptr);
  }
}

void Lane::report(const CallTag& tag, std::string_view message, const std::exception* exception) {
  if (on_error_) {
    on_error_({tag, message, exception});
  } else if (log_ != nullptr) {
    log_->error(tag.owner, "{} on lane {} threw: {}", tag.label, name_, message);
  }
}

std::size_t Lane::expire(Clock::time_point now) {
  return remove([now](const Entry& entry) { return entry.deadline <= now; });
}

std::size_t Lane::drop(std::string_view owner) {
  return remove([owner](const Entry& entry) {
    return entry.tag.owner.data() == owner.data() && entry.tag.owner.size() == owner.size();
  });
}

std::size_t Lane::close() {
  return remove([](const Entry&) { return true; }, true);
}

template <class Matches>
std::size_t Lane::remove(Matches matches, bool closing) {
  std::vector<Entry> removed;
  {
    const std::lock_guard lock(mutex_);
    closed_ = closed_ || closing;
    bool any = false;
    for (std::size_t n = 0; n < queue_.size() && !any; ++n) any = matches(queue_[n]);
    if (!any) return 0;
    for (std::size_t left = queue_.size(); left > 0; --left) {
      Entry entry = queue_.pop_front();
      if (!matches(entry)) {
        queue_.push_back(std::move(entry));
        continue;
      }
      if (entry.command) --commands_;
      removed.push_back(std::move(entry));
    }
  }
  for (Entry& entry : removed) {
    if (entry.on_dropped) run(entry.on_dropped, entry.tag);
  }
  return removed.size();
}

std::optional<RunningCall> Lane::running() const {
  const std::lock_guard lock(mutex_);
  if (!running_) return std::nullopt;
  return RunningCall{std::string(running_->label), std::string(running_->owner), running_->owner.data(), started_};
}

std::size_t Lane::pending() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

bool Lane::wait_idle(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  return idle_.wait_until(lock, deadline, [this] { return !scheduled_; });
}

}  // namespace m2ag::host
