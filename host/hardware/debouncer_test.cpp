#include "hardware/debouncer.h"

#include "catch.h"

using namespace std::chrono_literals;
using m2ag::host::Debouncer;

TEST_CASE("a stable level is reported once the period is over, with the time it began") {
  Debouncer debouncer(20ms, false);
  debouncer.edge(true, 100ms);
  REQUIRE(debouncer.deadline() == 120ms);
  REQUIRE_FALSE(debouncer.settle(119ms));
  const auto settled = debouncer.settle(120ms);
  REQUIRE(settled);
  CHECK(settled->active);
  CHECK(settled->since == 100ms);
  CHECK_FALSE(debouncer.deadline());
}

TEST_CASE("bouncing restarts the wait and gives one edge") {
  Debouncer debouncer(20ms, false);
  for (int i = 0; i <= 10; ++i) debouncer.edge(i % 2 == 0, 100ms + i * 1ms);
  REQUIRE_FALSE(debouncer.settle(129ms));
  const auto settled = debouncer.settle(130ms);
  REQUIRE(settled);
  CHECK(settled->since == 110ms);
}

TEST_CASE("a pulse shorter than the period is no edge") {
  Debouncer debouncer(20ms, false);
  debouncer.edge(true, 100ms);
  debouncer.edge(false, 105ms);
  CHECK_FALSE(debouncer.settle(200ms));
  CHECK_FALSE(debouncer.deadline());
}

TEST_CASE("the level that was there at the start is no news") {
  Debouncer debouncer(20ms, true);
  debouncer.edge(true, 100ms);
  CHECK_FALSE(debouncer.settle(200ms));
}
