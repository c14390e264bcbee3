#include "component/lane_timer.h"

#include <atomic>

namespace m2ag::host {
namespace {

/// What a run holds on to while it is under way. It knows nothing of the scheduler, which may be gone by then.
struct Work {
  explicit Work(std::function<void()> of) : task(std::move(of)) {}

  std::function<void()> task;
  std::atomic<bool> waiting{false};
};

/// Behind the handle, and nowhere else: the timer ends on the thread that drops the handle.
struct Timer {
  Timer(Scheduler& on, std::shared_ptr<Work> of) : scheduler(on), work(std::move(of)) {}
  ~Timer() { scheduler.cancel(id); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  Scheduler& scheduler;
  std::shared_ptr<Work> work;
  TimerId id{};
};

/// On the scheduler's thread: hands the work to the lane, unless the last one is still there.
void fire(const std::weak_ptr<Work>& weak, const std::shared_ptr<Lane>& lane, CallTag tag) {
  const auto work = weak.lock();
  if (!work || work->waiting.exchange(true)) return;
  lane->post(
      [weak] {
        // Gone when its handle was dropped on the lane before: then nothing runs.
        const auto alive = weak.lock();
        if (!alive) return;
        alive->waiting = false;
        const auto task = alive->task;
        task();
      },
      tag);
}

}  // namespace

Handle lane_timer(Scheduler& scheduler, const std::shared_ptr<Lane>& lane, std::chrono::microseconds delay, CallTag tag,
                  std::function<void()> task) {
  auto timer = std::make_shared<Timer>(scheduler, std::make_shared<Work>(std::move(task)));
  timer->id = scheduler.after(delay, [weak = std::weak_ptr(timer->work), lane, tag] { fire(weak, lane, tag); });
  return timer;
}

Handle lane_ticker(Scheduler& scheduler, const std::shared_ptr<Lane>& lane, std::chrono::microseconds interval,
                   CallTag tag, std::function<void()> task) {
  auto timer = std::make_shared<Timer>(scheduler, std::make_shared<Work>(std::move(task)));
  timer->id = scheduler.every(interval, [weak = std::weak_ptr(timer->work), lane, tag] { fire(weak, lane, tag); });
  return timer;
}

}  // namespace m2ag::host
