#include <m2ag/testing.h>
#include <m2ag/throttle.h>

#include "catch.h"

using namespace m2ag;
using namespace std::chrono_literals;
using m2ag::testing::FakeContext;

TEST_CASE("a throttle runs at once, then at most once an interval") {
  FakeContext context;
  int runs = 0;
  Throttle throttle(context, 10s, [&] { ++runs; });
  throttle.ask();
  CHECK(runs == 1);
  for (int i = 0; i < 5; ++i) throttle.ask();
  context.advance(10s - 1us);
  CHECK(runs == 1);
  context.advance(1us);
  CHECK(runs == 2);
  context.advance(1h);
  CHECK(runs == 2);
  throttle.ask();
  CHECK(runs == 3);
}

TEST_CASE("flush does what was put off, and nothing when nothing was") {
  FakeContext context;
  int runs = 0;
  Throttle throttle(context, 10s, [&] { ++runs; });
  throttle.flush();
  CHECK(runs == 0);
  throttle.ask();
  throttle.ask();
  throttle.flush();
  CHECK(runs == 2);
  context.advance(1h);
  CHECK(runs == 2);
}

TEST_CASE("nothing runs once the throttle is gone") {
  FakeContext context;
  int runs = 0;
  {
    Throttle throttle(context, 10s, [&] { ++runs; });
    throttle.ask();
    throttle.ask();
  }
  context.advance(1h);
  CHECK(runs == 1);
}
