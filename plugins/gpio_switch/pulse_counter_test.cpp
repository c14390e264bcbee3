#include "pulse_counter.h"

#include "catch.h"

using namespace std::chrono_literals;
using gpio_switch::PulseRate;
using gpio_switch::rising_of_lost;

TEST_CASE("of lost edges every second one went up, beginning with the other level") {
  CHECK(rising_of_lost(0, false) == 0);
  CHECK(rising_of_lost(1, false) == 1);
  CHECK(rising_of_lost(1, true) == 0);
  CHECK(rising_of_lost(2, false) == 1);
  CHECK(rising_of_lost(2, true) == 1);
  CHECK(rising_of_lost(5, false) == 3);
  CHECK(rising_of_lost(5, true) == 2);
}

TEST_CASE("the rate is the mean between pulses") {
  PulseRate rate(5min);
  CHECK(rate.per_minute(0s) == 0);
  rate.pulses(1, 1s);
  CHECK(rate.per_minute(1s) == 0);  // one pulse alone has no rate
  for (int i = 1; i <= 9; ++i) rate.pulses(1, 1s + i * 500ms);
  CHECK(rate.per_minute(5500ms) == Approx(120));
  rate.pulses(30, 8500ms);
  CHECK(rate.per_minute(9s) == Approx(600));
  CHECK(rate.per_minute(11s) == Approx(24));  // 2.5 s without one: it cannot be more
}

TEST_CASE("a slow meter keeps its rate from pulse to pulse, and falls when the next one is late") {
  PulseRate rate(5min);
  for (int i = 0; i <= 3; ++i) rate.pulses(1, i * 60s);
  CHECK(rate.per_minute(180s) == Approx(1));
  CHECK(rate.per_minute(210s) == Approx(1));
  CHECK(rate.per_minute(240s) == Approx(1));
  CHECK(rate.per_minute(300s) == Approx(0.5));
  CHECK(rate.per_minute(180s + 5min) == Approx(0.2));
  CHECK(rate.per_minute(181s + 5min) == 0);
}

TEST_CASE("after a silence the first pulse begins anew") {
  PulseRate rate(1min);
  rate.pulses(1, 0s);
  rate.pulses(1, 1s);
  CHECK(rate.per_minute(1s) == Approx(60));
  rate.pulses(1, 1h);
  CHECK(rate.per_minute(1h) == 0);
  rate.pulses(1, 1h + 2s);
  CHECK(rate.per_minute(1h + 2s) == Approx(30));
}
