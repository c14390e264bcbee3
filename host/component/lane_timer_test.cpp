#include "component/lane_timer.h"

#include <memory>

#include "catch.h"
#include "core/test_gate.h"

using namespace m2ag::host;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  ManualClock clock;
  Executor executor{clock, {.keep = 1, .cap = 1}};
  std::unique_ptr<Scheduler> scheduler = std::make_unique<Scheduler>(clock);
  std::shared_ptr<Lane> lane = Lane::create(executor, "lane");

  void pass(std::chrono::seconds time) {
    clock.advance(time);
    scheduler->run_due();
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a ticker whose last tick still runs skips the next ones") {
  Gate gate;
  Counter ticks;
  const auto ticker = lane_ticker(*scheduler, lane, 1s, {"tick"}, [&] {
    gate.wait();
    ticks.add();
  });
  pass(1s);
  REQUIRE(gate.wait_arrived(1));
  pass(1s);  // waits: the first one is no longer in the queue, but it runs
  pass(1s);
  gate.open();
  REQUIRE(ticks.wait_for(2));
  pass(1s);
  REQUIRE(ticks.wait_for(3));
  CHECK(ticks.count() == 3);
}

TEST_CASE_METHOD(Fixture, "a timer that is let go runs no more") {
  Counter runs;
  Counter after;
  auto timer = lane_timer(*scheduler, lane, 1s, {"timer"}, [&] { runs.add(); });
  timer.reset();
  pass(2s);
  lane->post([&] { after.add(); }, {"after"});
  REQUIRE(after.wait_for(1));
  CHECK(runs.count() == 0);
  CHECK(scheduler->size() == 0);
}

// The last of a run under way ends on its worker, when the handle and the scheduler may both be gone.
TEST_CASE_METHOD(Fixture, "a run under way outlives its handle and the scheduler") {
  Gate gate;
  Counter runs;
  auto ticker = lane_ticker(*scheduler, lane, 1s, {"tick"}, [&] {
    gate.wait();
    runs.add();
  });
  pass(1s);
  REQUIRE(gate.wait_arrived(1));
  ticker.reset();
  scheduler.reset();
  gate.open();
  CHECK(runs.wait_for(1));
}
