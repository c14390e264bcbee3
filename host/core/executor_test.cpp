#include "core/executor.h"

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "catch.h"
#include "core/test_gate.h"
#include "core/thread_state.h"
#include "core/worker_pool.h"

using namespace m2ag::host;
using namespace std::chrono_literals;

namespace {

class Turn final : public Runnable {
 public:
  explicit Turn(std::function<void()> body, Counter* refused = nullptr) : body_(std::move(body)), refused_(refused) {}
  void run_turn() noexcept override { body_(); }
  void refused() noexcept override {
    if (refused_ != nullptr) refused_->add();
  }

 private:
  std::function<void()> body_;
  Counter* refused_;
};

/// Hands work on and does nothing else.
class BriefTurn final : public Runnable {
 public:
  explicit BriefTurn(std::function<void()> body) : body_(std::move(body)) {}
  void run_turn() noexcept override { body_(); }
  bool is_brief() const noexcept override { return true; }
  void refused() noexcept override {}

 private:
  std::function<void()> body_;
};

void announce(Executor& executor, std::function<void()> body, Counter* refused = nullptr) {
  executor.pool()->ready(std::make_shared<Turn>(std::move(body), refused));
}

/// Waits until the executor's numbers are as expected.
template <class Predicate>
bool comes_true(const Executor& executor, Predicate predicate) {
  for (const auto deadline = test_deadline(); std::chrono::steady_clock::now() < deadline; std::this_thread::yield()) {
    if (predicate(executor.stats())) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("turns run once each, on the kept workers when nothing blocks") {
  const SystemClock clock;
  Executor executor(clock, {.patience = 10s});
  Counter done;
  for (int n = 0; n < 1000; ++n) announce(executor, [&] { done.add(); });
  REQUIRE(done.wait_for(1000));
  CHECK(comes_true(executor, [](const ExecutorStats& stats) { return stats.idle == 2; }));
  CHECK(executor.stats().turns == 1000);
  CHECK(executor.stats().peak == 2);
  CHECK(done.count() == 1000);
}

TEST_CASE("what a brief turn announces is run by the worker of that turn") {
  const SystemClock clock;
  Executor executor(clock, {.patience = 10s});
  REQUIRE(comes_true(executor, [](const ExecutorStats& stats) { return stats.idle == 2; }));
  for (std::size_t n = 1; n <= 100; ++n) {
    Counter done;
    std::thread::id brief, announced;
    executor.pool()->ready(std::make_shared<BriefTurn>([&] {
      brief = std::this_thread::get_id();
      announce(executor, [&] {
        announced = std::this_thread::get_id();
        done.add();
      });
    }));
    REQUIRE(done.wait_for(1));
    CHECK(brief == announced);
    REQUIRE(comes_true(executor, [](const ExecutorStats& stats) { return stats.idle == 2; }));
  }
}

TEST_CASE("what a brief turn announces does not wait for each other, also when no worker is free") {
  const SystemClock clock;
  const std::size_t keep = GENERATE(1, 2, 4);
  Executor executor(clock, {.keep = keep});
  Gate gate;
  Counter done;
  constexpr std::size_t kBlocked = 6;
  executor.pool()->ready(std::make_shared<BriefTurn>([&] {
    for (std::size_t n = 0; n < kBlocked; ++n) announce(executor, [&] { gate.wait(); });
    for (std::size_t n = 0; n < 20; ++n) announce(executor, [&] { done.add(); });
  }));
  CHECK(done.wait_for(20));
  CHECK(gate.wait_arrived(kBlocked));
  gate.open();
}

TEST_CASE("a free worker is found however many are blocked, and the surplus ends") {
  const SystemClock clock;
  Executor executor(clock, {.keep = 2, .idle = 50ms});
  Gate gate;
  constexpr std::size_t kBlocked = 40;
  for (std::size_t n = 0; n < kBlocked; ++n) announce(executor, [&] { gate.wait(); });
  REQUIRE(gate.wait_arrived(kBlocked));
  Counter done;
  announce(executor, [&] { done.add(); });
  CHECK(done.wait_for(1));
  CHECK(executor.stats().workers > kBlocked);
  gate.open();
  CHECK(comes_true(executor, [](const ExecutorStats& stats) { return stats.workers == 2; }));
  announce(executor, [&] { done.add(); });  // those that stayed still work
  CHECK(done.wait_for(2));
}

TEST_CASE("an ended worker's place is used again") {
  const SystemClock clock;
  Executor executor(clock, {.keep = 1, .idle = 1ms});
  for (int round = 0; round < 5; ++round) {
    Gate gate;
    Counter done;
    for (int n = 0; n < 4; ++n) {
      announce(executor, [&] {
        gate.wait();
        done.add();
      });
    }
    REQUIRE(gate.wait_arrived(4));
    gate.open();
    REQUIRE(done.wait_for(4));
    REQUIRE(comes_true(executor, [](const ExecutorStats& stats) { return stats.workers == 1; }));
  }
  CHECK(executor.stats().peak >= 4);
}

TEST_CASE("workers never exceed the cap, and what waits is served later") {
  const SystemClock clock;
  Executor executor(clock, {.keep = 1, .cap = 3});
  Gate gate;
  Counter done;
  for (int n = 0; n < 10; ++n) {
    announce(executor, [&] {
      gate.wait();
      done.add();
    });
  }
  REQUIRE(gate.wait_arrived(3));
  CHECK(executor.stats().workers == 3);
  CHECK(executor.stats().ready == 7);
  gate.open();
  CHECK(done.wait_for(10));
  CHECK(executor.stats().peak == 3);
}

TEST_CASE("a burst of computing starts no more threads than there are cores and a few") {
  const SystemClock clock;
  Executor executor(clock);
  Counter done;
  constexpr std::size_t kTurns = 64;
  for (std::size_t n = 0; n < kTurns; ++n) {
    announce(executor, [&] {
      const auto end = std::chrono::steady_clock::now() + 10ms;
      while (std::chrono::steady_clock::now() < end) {
      }
      done.add();
    });
  }
  REQUIRE(done.wait_for(kTurns));
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  INFO("peak of workers: " << executor.stats().peak);
  // Now and then a computing worker is seen asleep (in the counter's mutex), hence the room.
  CHECK(executor.stats().peak <= cores + 12);
}

TEST_CASE("turns that wait are refused at the end, and so is what comes later") {
  const SystemClock clock;
  Executor executor(clock, {.keep = 1, .cap = 1});
  Gate gate;
  Counter refused;
  Counter done;
  announce(executor, [&] {
    gate.wait();
    done.add();
  });
  REQUIRE(gate.wait_arrived(1));
  for (int n = 0; n < 3; ++n)
    announce(
        executor, [&] { done.add(); }, &refused);
  std::thread stopping([&] { CHECK(executor.stop(test_deadline())); });
  REQUIRE(refused.wait_for(3));
  gate.open();
  stopping.join();
  announce(
      executor, [&] { done.add(); }, &refused);
  CHECK(refused.count() == 4);
  CHECK(done.count() == 1);
  CHECK(executor.stats().workers == 0);
  CHECK(executor.stop(test_deadline()));
}

TEST_CASE("a worker that does not come back is left behind, and hangs nobody") {
  const SystemClock clock;
  const auto gate = std::make_shared<Gate>();
  const auto back = std::make_shared<Counter>();
  std::weak_ptr<WorkerPool> pool;
  {
    Executor executor(clock);
    pool = executor.pool();
    announce(executor, [gate, back] {
      gate->wait();
      back->add();
    });
    REQUIRE(gate->wait_arrived(1));
    CHECK_FALSE(executor.stop(std::chrono::steady_clock::now() + 1ms));
    CHECK_FALSE(executor.stop(test_deadline()));  // the same answer, at once
    CHECK(comes_true(executor, [](const ExecutorStats& stats) { return stats.workers == 1; }));
  }
  CHECK_FALSE(pool.expired());  // the thread left behind still owns it
  gate->open();
  REQUIRE(back->wait_for(1));
  for (const auto deadline = test_deadline(); !pool.expired() && std::chrono::steady_clock::now() < deadline;)
    std::this_thread::yield();
  CHECK(pool.expired());
}

TEST_CASE("turns announced from many threads at once all run") {
  const SystemClock clock;
  Executor executor(clock);
  Counter done;
  std::vector<std::thread> threads;
  for (int n = 0; n < 4; ++n) {
    threads.emplace_back([&] {
      for (int round = 0; round < 500; ++round) announce(executor, [&] { done.add(); });
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(done.wait_for(2000));
}

TEST_CASE("the kernel tells a computing thread from a waiting one") {
  CHECK(is_runnable(current_thread_id()));
  CHECK_FALSE(is_runnable(0));
  Gate gate;
  std::atomic<int> id{0};
  std::thread waiting([&] {
    id = current_thread_id();
    gate.wait();
  });
  REQUIRE(gate.wait_arrived(1));
  bool seen_waiting = false;
  for (const auto deadline = test_deadline(); !seen_waiting && std::chrono::steady_clock::now() < deadline;)
    seen_waiting = !is_runnable(id);
  CHECK(seen_waiting);
  gate.open();
  waiting.join();
}
