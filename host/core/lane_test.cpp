#include "core/lane.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "core/test_gate.h"
#include "core/test_lane.h"

using namespace m2ag::host;
using namespace std::chrono_literals;

namespace {

constexpr auto kNever = Clock::time_point::max();

}  // namespace

TEST_CASE_METHOD(LaneFixture, "tasks of one thread run in the order they were posted") {
  std::vector<int> order;
  for (int n = 0; n < 1000; ++n) REQUIRE(lane->post([&order, n] { order.push_back(n); }, {"append"}));
  REQUIRE(lane->wait_idle(test_deadline()));
  REQUIRE(order.size() == 1000);
  CHECK(std::ranges::is_sorted(order));
}

TEST_CASE_METHOD(LaneFixture, "never two tasks of one lane at once, from however many threads they come") {
  int inside = 0;  // no atomics: the thread sanitizer would see a race if the lane allowed one
  int most = 0;
  int runs = 0;
  std::vector<std::thread> threads;
  for (int n = 0; n < 4; ++n) {
    threads.emplace_back([&] {
      for (int round = 0; round < 1000; ++round) {
        lane->post(
            [&] {
              most = std::max(most, ++inside);
              ++runs;
              --inside;
            },
            {"count"});
      }
    });
  }
  for (auto& thread : threads) thread.join();
  REQUIRE(lane->wait_idle(test_deadline()));
  CHECK(most == 1);
  CHECK(runs == 4000);
}

TEST_CASE_METHOD(LaneFixture, "commands are refused when the lane is full, the host's posts are not") {
  occupy();
  int ran = 0;
  for (int n = 0; n < 4; ++n) CHECK(lane->try_post([&] { ++ran; }, {"set"}, kNever));
  CHECK_FALSE(lane->try_post([&] { ran += 100; }, {"set"}, kNever));
  CHECK(lane->post([&] { ++ran; }, {"sample"}));
  CHECK_FALSE(lane->try_post([&] { ran += 100; }, {"set"}, kNever));
  CHECK(lane->pending() == 5);
  gate.open();
  REQUIRE(lane->wait_idle(test_deadline()));
  CHECK(ran == 5);
  CHECK(lane->try_post([&] { ++ran; }, {"set"}, kNever));
  REQUIRE(lane->wait_idle(test_deadline()));
  CHECK(ran == 6);
}

TEST_CASE_METHOD(LaneFixture, "a command whose deadline passes while it waits is dropped, never run") {
  occupy();
  std::string events;
  const auto now = clock.now();
  CHECK(lane->try_post([&] { events += "A"; }, {"set"}, now + 1s, [&] { events += "a"; }));
  CHECK(lane->try_post([&] { events += "B"; }, {"set"}, now + 5s, [&] { events += "b"; }));
  CHECK(lane->try_post([&] { events += "C"; }, {"set"}, now + 2s, [&] { events += "c"; }));
  CHECK(lane->post([&] { events += "P"; }, {"sample"}));
  CHECK(lane->expire(now) == 0);
  clock.advance(2s);
  CHECK(lane->expire(clock.now()) == 2);
  CHECK(events == "ac");
  CHECK(lane->pending() == 2);
  gate.open();
  REQUIRE(lane->wait_idle(test_deadline()));
  CHECK(events == "acBP");
}

TEST_CASE_METHOD(LaneFixture, "a command that comes to its turn too late is dropped even if nobody expired it") {
  occupy();
  std::string events;
  CHECK(lane->try_post([&] { events += "A"; }, {"set"}, clock.now() + 1s, [&] { events += "a"; }));
  CHECK(lane->try_post([&] { events += "B"; }, {"set"}, clock.now() + 1s));
  clock.advance(1s);
  gate.open();
  REQUIRE(lane->wait_idle(test_deadline()));
  CHECK(events == "a");
}

TEST_CASE_METHOD(LaneFixture, "expired commands make room") {
  occupy();
  for (int n = 0; n < 4; ++n) REQUIRE(lane->try_post([] {}, {"set"}, clock.now() + 1s));
  CHECK_FALSE(lane->try_post([] {}, {"set"}, kNever));
  clock.advance(1s);
  CHECK(lane->expire(clock.now()) == 4);
  CHECK(lane->try_post([] {}, {"set"}, kNever));
}

TEST_CASE_METHOD(LaneFixture, "the lane says who runs since when") {
  CHECK_FALSE(lane->running());
  CHECK(CurrentCall::get() == nullptr);
  const auto owner = std::make_shared<std::string>("garage/relay");
  const CallTag* seen = nullptr;
  std::string label;
  lane->post(
      [&, owner] {
        seen = CurrentCall::get();
        label = seen->label;
        gate.wait();
      },
      {"set", *owner});
  REQUIRE(gate.wait_arrived(1));
  const auto started = clock.now();
  clock.advance(3s);
  const auto running = lane->running();
  REQUIRE(running);
  CHECK(running->label == "set");
  CHECK(running->owner == "garage/relay");
  CHECK(clock.now() - running->started == 3s);
  CHECK(running->started == started);
  gate.open();
  REQUIRE(lane->wait_idle(test_deadline()));
  CHECK_FALSE(lane->running());
  CHECK(label == "set");
  CHECK(CurrentCall::get() == nullptr);
}

TEST_CASE("a task that throws is reported, and the lane goes on") {
  const SystemClock clock;
  Executor executor(clock);
  std::vector<std::string> errors;
  const auto lane = Lane::create(executor, "i2c-1", 4, nullptr, [&](const CallError& error) {
    const bool range = dynamic_cast<const std::range_error*>(error.exception) != nullptr;
    errors.push_back(
        fmt::format("{}.{}: {}{}", error.tag.owner, error.tag.label, error.message, range ? " (range)" : ""));
  });
  bool ran = false;
  lane->post([] { throw std::range_error("too far"); }, {"set", "pump"});
  lane->post([] { throw 7; }, {"sample", "air"});
  lane->post([&] { ran = true; }, {"set", "pump"});
  REQUIRE(lane->wait_idle(test_deadline()));
  CHECK(errors ==
        std::vector<std::string>{"pump.set: too far (range)", "air.sample: something that is no std::exception"});
  CHECK(ran);
}

TEST_CASE("without a handler what a task throws goes to the log") {
  const SystemClock clock;
  Executor executor(clock);
  Log log;
  std::string line;
  log.add_sink([&](const LogLine& entry) { line = fmt::format("{}: {}", entry.component, entry.message); });
  const auto lane = Lane::create(executor, "i2c-1", 4, &log);
  lane->post([] { throw std::runtime_error("no answer"); }, {"sample", "air"});
  REQUIRE(lane->wait_idle(test_deadline()));
  CHECK(line == "air: sample on lane i2c-1 threw: no answer");
}

TEST_CASE_METHOD(LaneFixture, "waiting for a lane ends at its deadline") {
  occupy();
  CHECK_FALSE(lane->wait_idle(std::chrono::steady_clock::now() + 1ms));
  gate.open();
  CHECK(lane->wait_idle(test_deadline()));
}

TEST_CASE_METHOD(LaneFixture, "an idle lane has destroyed what its tasks held") {
  auto held = std::make_shared<int>(0);
  for (int round = 0; round < 200; ++round) {
    lane->post([held] { ++*held; }, {"hold"});
    REQUIRE(lane->wait_idle(test_deadline()));
    REQUIRE(held.use_count() == 1);
  }
  CHECK(*held == 200);
}

TEST_CASE_METHOD(LaneFixture, "a task may post to its own lane, and such posts come after what waits") {
  std::string events;
  occupy();
  lane->post(
      [&] {
        events += "1";
        lane->post([&] { events += "3"; }, {"later"});
      },
      {"first"});
  lane->post([&] { events += "2"; }, {"second"});
  gate.open();
  REQUIRE(lane->wait_idle(test_deadline()));
  CHECK(events == "123");
}

TEST_CASE("a lane with much to do lets others have their turn") {
  const ManualClock clock;
  Executor executor(clock, {.keep = 1, .cap = 1});
  const auto busy = Lane::create(executor, "busy");
  const auto other = Lane::create(executor, "other");
  Gate gate;
  std::size_t before = 0;
  std::size_t done = 0;
  busy->post([&] { gate.wait(); }, {"occupy"});
  REQUIRE(gate.wait_arrived(1));
  for (int n = 0; n < 1000; ++n) busy->post([&] { ++done; }, {"count"});
  other->post([&] { before = done; }, {"look"});
  gate.open();
  REQUIRE(busy->wait_idle(test_deadline()));
  REQUIRE(other->wait_idle(test_deadline()));
  CHECK(done == 1000);
  CHECK(before < 100);
}

TEST_CASE("six of twenty lanes blocked do not keep the others from working") {
  const SystemClock clock;
  Executor executor(clock);
  std::vector<std::shared_ptr<Lane>> lanes;
  for (int n = 0; n < 20; ++n) lanes.push_back(Lane::create(executor, fmt::format("lane-{}", n)));
  Gate gate;
  constexpr std::size_t kBlocked = 6;
  constexpr int kRounds = 200;
  for (std::size_t n = 0; n < kBlocked; ++n) lanes[n]->post([&] { gate.wait(); }, {"block"});

  std::vector<std::chrono::nanoseconds> delays;
  for (int round = 0; round < kRounds; ++round) {
    Counter done;
    std::vector<std::chrono::nanoseconds> delay(lanes.size());
    for (std::size_t n = kBlocked; n < lanes.size(); ++n) {
      REQUIRE(lanes[n]->try_post(
          [&, n, posted = clock.now()] {
            delay[n] = clock.now() - posted;
            done.add();
          },
          {"set"}, kNever));
    }
    REQUIRE(done.wait_for(lanes.size() - kBlocked));
    delays.insert(delays.end(), delay.begin() + kBlocked, delay.end());
  }
  CHECK(gate.wait_arrived(kBlocked));
  for (std::size_t n = 0; n < kBlocked; ++n) CHECK(lanes[n]->running());
  std::ranges::sort(delays);
  INFO("from post to run: p50 " << delays[delays.size() / 2].count() / 1000 << " us, p99 "
                                << delays[delays.size() * 99 / 100].count() / 1000 << " us, most "
                                << delays.back().count() / 1000 << " us; workers " << executor.stats().peak);
  CHECK(delays.size() == kRounds * (lanes.size() - kBlocked));
  for (std::size_t n = kBlocked; n < lanes.size(); ++n) CHECK(lanes[n]->pending() == 0);
  gate.open();
  for (const auto& lane : lanes) CHECK(lane->wait_idle(test_deadline()));
}

TEST_CASE_METHOD(LaneFixture, "a thread knows which lane it runs") {
  const auto one = Lane::create(executor, "one"), other = Lane::create(executor, "other");
  std::atomic<bool> here{false}, there{true};
  one->post(
      [&] {
        here = one->is_here();
        there = other->is_here();
      },
      {"look"});
  REQUIRE(one->wait_idle(test_deadline()));
  CHECK(here);
  CHECK_FALSE(there);
  CHECK_FALSE(one->is_here());
}

TEST_CASE("ten thousand idle lanes cost no threads") {
  const SystemClock clock;
  Executor executor(clock, {.patience = 10s});
  std::vector<std::shared_ptr<Lane>> lanes;
  Counter done;
  for (int n = 0; n < 10'000; ++n) {
    lanes.push_back(Lane::create(executor, fmt::format("lane-{}", n)));
    lanes.back()->post([&] { done.add(); }, {"start"});
  }
  REQUIRE(done.wait_for(lanes.size()));
  CHECK(executor.stats().peak == 2);
}
