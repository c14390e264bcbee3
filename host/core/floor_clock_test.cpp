#include "core/floor_clock.h"

#include "catch.h"

using namespace m2ag::host;
using namespace std::chrono_literals;

TEST_CASE("without a floor the date is the machine's") {
  ManualClock machine;
  const FloorClock clock(machine);
  CHECK(clock.system_now() == machine.system_now());
  CHECK(clock.now() == machine.now());
  CHECK(clock.behind() == 0s);
  machine.jump_date(-24h);
  CHECK(clock.system_now() == machine.system_now());
}

TEST_CASE("a date behind the floor goes on from the floor, until the machine's is set") {
  ManualClock machine;
  const auto last_seen = machine.system_now();
  machine.jump_date(-24h * 365 * 50);
  FloorClock clock(machine);
  clock.raise(last_seen);
  CHECK(clock.system_now() == last_seen);
  machine.advance(90s);
  CHECK(clock.system_now() == last_seen + 90s);
  CHECK(clock.behind() == 24h * 365 * 50);

  machine.jump_date(24h * 365 * 50 - 60s);
  CHECK(clock.system_now() == last_seen + 90s);
  CHECK(clock.behind() == 60s);
  machine.jump_date(24h);
  CHECK(clock.system_now() == machine.system_now());
  CHECK(clock.behind() == 0s);
}

TEST_CASE("a floor is only ever raised, and dropped when the machine is right") {
  ManualClock machine;
  FloorClock clock(machine);
  clock.raise(machine.system_now() + 1h);
  clock.raise(machine.system_now() - 1h);
  CHECK(clock.behind() == 1h);
  clock.drop();
  CHECK(clock.behind() == 0s);
  CHECK(clock.system_now() == machine.system_now());
}
