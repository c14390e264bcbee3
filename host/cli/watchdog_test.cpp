#include "cli/watchdog.h"

#include "catch.h"
#include "core/test_gate.h"
#include "system/test_service_manager.h"

using namespace m2ag::host;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  ManualClock clock;
  Executor executor{clock, {.keep = 1, .cap = 1}};  // one worker: when that is blocked, the executor stands still
  Scheduler scheduler{clock};
  TestServiceManager manager;
  ServiceManager service{manager.name(), 3s};
  Watchdog watchdog{service, executor, scheduler};

  void tick() {
    clock.advance(1s);
    scheduler.run_due();
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "the watchdog is fed at a third of its time, as long as timers and lanes run") {
  scheduler.run_due();
  CHECK(manager.nothing());
  for (int n = 0; n < 3; ++n) {
    tick();
    CHECK(manager.next() == "WATCHDOG=1");
  }
  clock.advance(1h);  // no timer runs
  CHECK(manager.nothing());
}

TEST_CASE_METHOD(Fixture, "an executor that stands still lets the watchdog starve") {
  Gate gate;
  const auto lane = Lane::create(executor, "blocked");
  lane->post([&] { gate.wait(); }, {"set"});
  REQUIRE(gate.wait_arrived(1));
  for (int n = 0; n < 5; ++n) tick();
  CHECK(manager.nothing());
  gate.open();
  CHECK(manager.next() == "WATCHDOG=1");
}

TEST_CASE("nobody watches: there is no timer") {
  const ManualClock clock;
  Executor executor(clock, {.keep = 1, .cap = 1});
  Scheduler scheduler(clock);
  const ServiceManager service("/nonexistent/socket");
  const Watchdog watchdog(service, executor, scheduler);
  CHECK(scheduler.size() == 0);
}
