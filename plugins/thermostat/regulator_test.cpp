#include "regulator.h"

#include "catch.h"

using namespace std::chrono_literals;
using thermostat::Mode;
using thermostat::Regulator;

TEST_CASE("heating switches at both ends of the band and stays as it is between them") {
  const Regulator heat(Mode::heat, 1, 0s, 0s);
  for (const bool on : {false, true}) {
    CHECK(heat.decide(19.5, 20, on));
    CHECK(heat.decide(-40, 20, on));
    CHECK_FALSE(heat.decide(20.5, 20, on));
    CHECK_FALSE(heat.decide(90, 20, on));
    CHECK(heat.decide(19.6, 20, on) == on);
    CHECK(heat.decide(20, 20, on) == on);
    CHECK(heat.decide(20.4, 20, on) == on);
  }
}

TEST_CASE("cooling is the other way round") {
  const Regulator cool(Mode::cool, 2, 0s, 0s);
  for (const bool on : {false, true}) {
    CHECK(cool.decide(5, 4, on));
    CHECK_FALSE(cool.decide(3, 4, on));
    CHECK(cool.decide(4.9, 4, on) == on);
  }
}

TEST_CASE("without a band it switches at the target, and not on it") {
  const Regulator heat(Mode::heat, 0, 0s, 0s);
  for (const bool on : {false, true}) {
    CHECK(heat.decide(19.99, 20, on));
    CHECK_FALSE(heat.decide(20.01, 20, on));
    CHECK(heat.decide(20, 20, on) == on);
  }
}

TEST_CASE("it stays on and off for its times") {
  const Regulator::Time start{1h};
  const Regulator heat(Mode::heat, 1, 10s, 3min);
  CHECK(heat.must_stay(true, start, start) == 10s);
  CHECK(heat.must_stay(true, start, start + 4s) == 6s);
  CHECK(heat.must_stay(true, start, start + 10s) == 0s);
  CHECK(heat.must_stay(true, start, start + 1h) == 0s);
  CHECK(heat.must_stay(false, start, start + 10s) == 170s);
}
