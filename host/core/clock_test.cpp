#include "core/clock.h"

#include "catch.h"

using namespace m2ag::host;
using namespace std::chrono_literals;

TEST_CASE("the manual clock moves only when it is told to") {
  ManualClock clock;
  const auto start = clock.now();
  const auto date = clock.system_now();
  CHECK(clock.now() == start);
  CHECK(std::chrono::system_clock::to_time_t(date) == 1'577'836'800);
  clock.advance(90s);
  CHECK(clock.now() - start == 90s);
  CHECK(clock.system_now() - date == 90s);
}

TEST_CASE("a jump of the date leaves monotonic time alone") {
  ManualClock clock;
  const auto start = clock.now();
  const auto date = clock.system_now();
  clock.jump_date(-24h);
  CHECK(clock.now() == start);
  CHECK(clock.system_now() - date == -24h);
}

TEST_CASE("the system clock follows the machine's") {
  const SystemClock clock;
  const auto before = std::chrono::steady_clock::now();
  const auto now = clock.now();
  CHECK(before <= now);
  CHECK(now <= std::chrono::steady_clock::now());
  CHECK(std::chrono::abs(clock.system_now() - std::chrono::system_clock::now()) < 1min);
}
