#include "component/lane_timer.h"

#include <atomic>

namespace m2ag::host {
namespace {

struct Timer {
  Timer(Scheduler& on, std::function<void()> work) : scheduler(on), task(std::move(work)) {}
  ~Timer() { scheduler.cancel(id); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  Scheduler& scheduler;
  std::function<void()> task;
  TimerId id{};
  std::atomic<bool> waiting{false};
};

/// On the scheduler's thread: hands the work to the lane, unless the last one is still there.
void fire(const std::weak_ptr<Timer>& weak, const std::shared_ptr<Lane>& lane, CallTag tag) {
  const auto timer = weak.lock();
  if (!timer || timer->waiting.exchange(true)) return;
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
  auto timer = std::make_shared<Timer>(scheduler, std::move(task));
  timer->id = scheduler.after(delay, [weak = std::weak_ptr(timer), lane, tag] { fire(weak, lane, tag); });
  return timer;
}

Handle lane_ticker(Scheduler& scheduler, const std::shared_ptr<Lane>& lane, std::chrono::microseconds interval,
                   CallTag tag, std::function<void()> task) {
  auto timer = std::make_shared<Timer>(scheduler, std::move(task));
  timer->id = scheduler.every(interval, [weak = std::weak_ptr(timer), lane, tag] { fire(weak, lane, tag); });
  return timer;
}

}  // namespace m2ag::host
