// How a lane ends: closed, dropped for one owner, left behind by its executor, abandoned in a call; and that every command is answered then.
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "core/lane.h"
#include "core/test_gate.h"
#include "core/test_lane.h"

using namespace m2ag::host;
using namespace std::chrono_literals;

namespace {

constexpr auto kNoDeadline = Clock::time_point::max();

}  // namespace

TEST_CASE_METHOD(LaneFixture, "a closed lane drops what waits, refuses what comes and lets the running call finish") {
  std::string events;
  lane->post(
      [&] {
        gate.wait();
        events += "running ";
      },
      {"occupy"});
  REQUIRE(gate.wait_arrived(1));
  Counter dropped;
  REQUIRE(lane->try_post([&] { events += "never "; }, {"set"}, kNoDeadline, [&] { dropped.add(); }));
  REQUIRE(lane->post([&] { events += "never "; }, {"sample"}));
  CHECK(lane->close() == 2);
  CHECK(dropped.count() == 1);
  CHECK(lane->pending() == 0);
  CHECK_FALSE(lane->post([&] { events += "never "; }, {"sample"}));
  CHECK_FALSE(lane->try_post([&] { events += "never "; }, {"set"}, kNoDeadline, [&] { dropped.add(); }));
  CHECK(lane->running());
  gate.open();
  REQUIRE(lane->wait_idle(test_deadline()));
  CHECK(events == "running ");
  CHECK(dropped.count() == 1);
  CHECK(lane->close() == 0);
}

TEST_CASE_METHOD(LaneFixture, "only what one owner has waiting is dropped from a shared lane") {
  occupy();
  const std::string old_pump = "pump";
  const std::string new_pump = "pump";
  std::string events;
  lane->post([&] { events += "old "; }, {"sample", old_pump});
  REQUIRE(lane->try_post([&] { events += "old "; }, {"set", old_pump}, kNoDeadline, [&] { events += "dropped "; }));
  lane->post([&] { events += "new "; }, {"sample", new_pump});
  CHECK(lane->drop(old_pump) == 2);
  gate.open();
  REQUIRE(lane->wait_idle(test_deadline()));
  CHECK(events == "dropped new ");
}

TEST_CASE("what waits when the executor ends is dropped, and the lane refuses from then on") {
  const SystemClock clock;
  auto executor = std::make_unique<Executor>(clock, ExecutorOptions{.keep = 1, .cap = 1});
  const auto occupied = Lane::create(*executor, "occupied");
  const auto waiting = Lane::create(*executor, "waiting");
  const auto idle = Lane::create(*executor, "idle");
  Gate gate;
  Counter dropped;
  occupied->post([&] { gate.wait(); }, {"occupy"});
  REQUIRE(gate.wait_arrived(1));
  REQUIRE(occupied->try_post([] {}, {"set"}, kNoDeadline, [&] { dropped.add(); }));
  REQUIRE(waiting->try_post([] {}, {"set"}, kNoDeadline, [&] { dropped.add(); }));
  std::thread ending([&] { executor.reset(); });
  REQUIRE(dropped.wait_for(1));
  gate.open();
  ending.join();
  CHECK(waiting->wait_idle(test_deadline()));
  CHECK_FALSE(waiting->post([] {}, {"sample"}));
  // Accepted or refused, the command of an idle lane is answered.
  const std::size_t before = dropped.count();
  CHECK(idle->try_post([] {}, {"set"}, kNoDeadline, [&] { dropped.add(); }));
  CHECK(dropped.count() == before + 1);
  CHECK_FALSE(idle->post([] {}, {"sample"}));
}

TEST_CASE("a lane abandoned in a call that never returns hangs neither its owner nor the executor") {
  const SystemClock clock;
  const auto gate = std::make_shared<Gate>();
  const auto back = std::make_shared<Counter>();
  {
    Executor executor(clock);
    auto lane = Lane::create(executor, "stuck");
    lane->post(
        [gate, back] {
          gate->wait();
          back->add();
        },
        {"stop", "pump"});
    REQUIRE(gate->wait_arrived(1));
    lane->close();
    CHECK_FALSE(lane->wait_idle(std::chrono::steady_clock::now() + 1ms));
    lane.reset();
    CHECK_FALSE(executor.stop(std::chrono::steady_clock::now() + 1ms));
  }
  gate->open();
  CHECK(back->wait_for(1));
}

TEST_CASE("commands racing with expiry, drop and close are each answered exactly once") {
  const SystemClock clock;
  Executor executor(clock);
  const auto lane = Lane::create(executor, "race", 8);
  std::atomic<int> accepted{0};
  std::atomic<int> answered{0};
  std::atomic<bool> over{false};
  std::vector<std::thread> threads;
  for (int n = 0; n < 3; ++n) {
    threads.emplace_back([&, n] {
      for (int round = 0; round < 2000; ++round) {
        const auto deadline = clock.now() + std::chrono::microseconds(round % 50);
        if (lane->try_post([&] { ++answered; }, {"set", "pump"}, n == 0 ? kNoDeadline : deadline, [&] { ++answered; }))
          ++accepted;
      }
    });
  }
  threads.emplace_back([&] {
    while (!over) {
      lane->expire(clock.now());
      lane->running();
      std::this_thread::yield();
    }
  });
  for (std::size_t n = 0; n < 3; ++n) threads[n].join();
  lane->close();
  over = true;
  threads.back().join();
  REQUIRE(lane->wait_idle(test_deadline()));
  CHECK(answered == accepted);
  CHECK(accepted > 0);
}
