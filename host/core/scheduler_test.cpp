#include "core/scheduler.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "core/test_gate.h"

using namespace m2ag::host;
using namespace std::chrono_literals;

TEST_CASE("timers run in the order of their times, those of one instant in the order they were made") {
  ManualClock clock;
  Scheduler scheduler(clock);
  std::string order;
  scheduler.after(20ms, [&] { order += 'c'; });
  scheduler.after(10ms, [&] { order += 'a'; });
  scheduler.after(10ms, [&] { order += 'b'; });
  scheduler.at(clock.now() - 1h, [&] { order += '0'; });
  CHECK(scheduler.next_due() == clock.now() - 1h);
  CHECK(scheduler.run_due() == 1);
  clock.advance(9ms);
  CHECK(scheduler.run_due() == 0);
  clock.advance(1ms);
  CHECK(scheduler.run_due() == 2);
  clock.advance(1h);
  CHECK(scheduler.run_due() == 1);
  CHECK(order == "0abc");
  CHECK(scheduler.size() == 0);
  CHECK_FALSE(scheduler.next_due());
  CHECK(scheduler.progress() == 4);
}

TEST_CASE("a repeating timer stays on its grid and skips what it missed") {
  ManualClock clock;
  Scheduler scheduler(clock);
  int runs = 0;
  const auto start = clock.now();
  scheduler.every(10ms, [&] { ++runs; });
  CHECK(scheduler.run_due() == 0);
  clock.advance(13ms);
  CHECK(scheduler.run_due() == 1);
  CHECK(scheduler.next_due() == start + 20ms);
  clock.advance(47ms);  // 60 ms: the instants 20 to 50 were missed
  CHECK(scheduler.run_due() == 1);
  CHECK(scheduler.next_due() == start + 70ms);
  CHECK(runs == 2);
}

TEST_CASE("a repeating timer's first delay is its own") {
  ManualClock clock;
  Scheduler scheduler(clock);
  int runs = 0;
  scheduler.every(
      1h, [&] { ++runs; }, 0s);
  scheduler.run_due();
  CHECK(runs == 1);
  CHECK(scheduler.next_due() == clock.now() + 1h);
  CHECK_THROWS_AS(scheduler.every(0s, [] {}), std::invalid_argument);
  CHECK_THROWS_AS(scheduler.every(-1s, [] {}), std::invalid_argument);
}

TEST_CASE("a cancelled timer does not run and lets go of its captures") {
  ManualClock clock;
  Scheduler scheduler(clock);
  auto held = std::make_shared<int>(0);
  const TimerId once = scheduler.after(1s, [held] { ++*held; });
  const TimerId often = scheduler.every(1s, [held] { ++*held; });
  CHECK(scheduler.cancel(once));
  CHECK_FALSE(scheduler.cancel(once));
  clock.advance(1s);
  CHECK(scheduler.run_due() == 1);
  CHECK(scheduler.cancel(often));
  clock.advance(10s);
  CHECK(scheduler.run_due() == 0);
  CHECK(*held == 1);
  CHECK(held.use_count() == 1);
  CHECK_FALSE(scheduler.cancel(0));
}

TEST_CASE("a callback may make, cancel and end timers, its own too") {
  ManualClock clock;
  Scheduler scheduler(clock);
  int runs = 0;
  int others = 0;
  bool cancelled = false;
  TimerId own = 0;
  own = scheduler.every(1s, [&] {
    if (++runs == 3) cancelled = scheduler.cancel(own);
    scheduler.after(0s, [&] { ++others; });
  });
  TimerId once = 0;
  bool once_cancelled = true;
  once = scheduler.after(500ms, [&] { once_cancelled = scheduler.cancel(once); });
  for (int second = 0; second < 5; ++second) {
    clock.advance(1s);
    scheduler.run_due();
  }
  CHECK(runs == 3);
  CHECK(others == 3);
  CHECK(cancelled);
  CHECK_FALSE(once_cancelled);  // it had begun
  CHECK(scheduler.size() == 0);
}

TEST_CASE("the thread runs timers as they become due, earlier ones made later too") {
  const SystemClock clock;
  Scheduler scheduler(clock);
  scheduler.start();
  Counter late;
  Counter early;
  Counter ticks;
  scheduler.after(50ms, [&] { late.add(); });
  scheduler.after(1ms, [&] { early.add(); });
  const TimerId tick = scheduler.every(1ms, [&] { ticks.add(); });
  CHECK(early.wait_for(1));
  CHECK(late.wait_for(1));
  CHECK(ticks.wait_for(3));
  CHECK(scheduler.cancel(tick));
  scheduler.stop();
  CHECK(scheduler.progress() >= 5);
}

TEST_CASE("cancelling from another thread while the callback runs ends the repetition") {
  const SystemClock clock;
  Scheduler scheduler(clock);
  scheduler.start();
  Gate gate;
  Counter runs;
  const TimerId id = scheduler.every(1ms, [&] {
    gate.wait();
    runs.add();
  });
  REQUIRE(gate.wait_arrived(1));
  CHECK(scheduler.cancel(id));
  CHECK_FALSE(scheduler.cancel(id));
  gate.open();
  REQUIRE(runs.wait_for(1));
  scheduler.stop();
  CHECK(runs.count() == 1);
  CHECK(scheduler.size() == 0);
}

TEST_CASE("after stop no callback runs, and stopping twice is harmless") {
  const SystemClock clock;
  Scheduler scheduler(clock);
  scheduler.start();
  int runs = 0;
  scheduler.after(1h, [&] { ++runs; });
  scheduler.stop();
  scheduler.stop();
  scheduler.after(0s, [&] { ++runs; });
  CHECK(runs == 0);
}

TEST_CASE("ten thousand timers") {
  ManualClock clock;
  Scheduler scheduler(clock);
  std::size_t runs = 0;
  std::vector<TimerId> ids;
  for (int n = 0; n < 10'000; ++n) ids.push_back(scheduler.every(std::chrono::seconds(1 + n % 60), [&] { ++runs; }));
  for (std::size_t n = 0; n < ids.size(); n += 2) REQUIRE(scheduler.cancel(ids[n]));
  CHECK(scheduler.size() == 5'000);
  clock.advance(60s);
  scheduler.run_due();
  CHECK(runs == 5'000);
}

TEST_CASE("timers made and cancelled from many threads at once") {
  const SystemClock clock;
  Scheduler scheduler(clock);
  scheduler.start();
  std::atomic<int> ran{0};
  std::atomic<int> cancelled{0};
  std::vector<std::thread> threads;
  for (int n = 0; n < 4; ++n) {
    threads.emplace_back([&] {
      for (int round = 0; round < 500; ++round) {
        const TimerId id = scheduler.after(std::chrono::microseconds(round % 100), [&] { ++ran; });
        if (scheduler.cancel(id)) ++cancelled;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  Counter last;
  scheduler.after(1ms, [&] { last.add(); });
  REQUIRE(last.wait_for(1));
  CHECK(ran + cancelled == 2000);
}
