#include "component/background_request.h"

#include <m2ag/error.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "core/lane.h"

namespace m2ag::host {

struct BackgroundRequest::State {
  State(std::string its_name, Work its_work, Clock::duration its_deadline, Scheduler& its_scheduler, Log& its_log,
        std::shared_ptr<Lane> its_lane, std::size_t its_most)
      : name(std::move(its_name)),
        work(std::move(its_work)),
        deadline(its_deadline),
        scheduler(its_scheduler),
        log(its_log),
        lane(std::move(its_lane)),
        most(its_most) {}

  const std::string name;
  const Work work;
  const Clock::duration deadline;
  Scheduler& scheduler;
  Log& log;
  const std::shared_ptr<Lane> lane;
  const std::size_t most;

  std::mutex mutex;         // what follows
  std::uint64_t begun = 0;  // numbers the requests that were let in
  std::size_t working = 0;
  bool closed = false;
  std::map<std::uint64_t, RequestAnswer> waiting = {};  // those that have no answer yet

  /// The answer of this request, unless it was given.
  std::optional<RequestAnswer> take(std::uint64_t number, bool ended) {
    const std::lock_guard lock(mutex);
    if (ended) --working;
    const auto found = waiting.extract(number);
    return found ? std::optional(std::move(found.mapped())) : std::nullopt;
  }

  std::variant<Value, Refusal> outcome(const Value& arguments) const {
    try {
      return work(arguments);
    } catch (const CommandError& error) {
      return Refusal{error.code(), error.what()};
    } catch (const ConfigError& error) {
      return Refusal{"bad_arguments", error.what()};
    } catch (const std::exception& error) {
      return Refusal{"failed", error.what()};
    }
  }

  void too_late(std::uint64_t number) {
    const auto answer = take(number, false);
    if (!answer) return;
    const std::string sentence = fmt::format("not done within {} s, and it goes on; until it ends there is no other",
                                             std::chrono::duration_cast<std::chrono::seconds>(deadline).count());
    log.warning("", "request {}: {}", name, sentence);
    (*answer)(Refusal{"failed", sentence});
  }
};

BackgroundRequest::BackgroundRequest(std::string name, Executor& executor, Scheduler& scheduler, Log& log, Work work,
                                     Clock::duration deadline, std::size_t most) {
  auto lane = Lane::create(executor, "request/" + name, Lane::kDefaultCapacity, &log);
  state_ = std::make_shared<State>(std::move(name), std::move(work), deadline, scheduler, log, std::move(lane), most);
}

BackgroundRequest::~BackgroundRequest() { close(); }

void BackgroundRequest::begin(const Value& arguments, RequestAnswer answer) {
  State& state = *state_;
  std::uint64_t number = 0;
  std::optional<Refusal> refusal;
  {
    const std::lock_guard lock(state.mutex);
    if (state.closed) {
      refusal = Refusal{"unavailable", "the host stops"};
    } else if (state.working == state.most) {
      refusal = Refusal{"busy", state.most == 1 ? "one is under way already: ask again when it has ended"
                                                : "too many are under way already: ask again when one has ended"};
    } else {
      ++state.working;
      number = ++state.begun;
      state.waiting.emplace(number, answer);
    }
  }
  if (refusal) return answer(*std::move(refusal));
  const std::weak_ptr<State> weak = state_;
  const TimerId timer = state.scheduler.after(state.deadline, [weak, number] {
    if (const auto self = weak.lock()) self->too_late(number);
  });
  state.lane->post(
      [self = state_, arguments, number, timer] {
        auto outcome = self->outcome(arguments);
        const auto in_time = self->take(number, true);
        if (!in_time) return;
        self->scheduler.cancel(timer);
        (*in_time)(std::move(outcome));
      },
      {state.name});
}

void BackgroundRequest::close() {
  std::map<std::uint64_t, RequestAnswer> waiting;
  {
    const std::lock_guard lock(state_->mutex);
    state_->closed = true;
    waiting.swap(state_->waiting);
  }
  state_->lane->close();
  for (const auto& [number, answer] : waiting) answer(Refusal{"unavailable", "the host stops"});
}

}  // namespace m2ag::host
