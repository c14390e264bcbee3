#include "mqtt/backoff.h"

#include "catch.h"

using m2ag::host::Backoff;
using std::chrono::milliseconds;

TEST_CASE("the wait doubles to its limit, is half to whole of the base, and starts anew after a reset") {
  Backoff backoff(milliseconds(1000), milliseconds(60'000), 7);
  for (const int base : {1000, 2000, 4000, 8000, 16'000, 32'000, 60'000, 60'000, 60'000}) {
    const auto wait = backoff.next();
    CHECK(wait >= milliseconds(base / 2));
    CHECK(wait <= milliseconds(base));
  }
  backoff.reset();
  CHECK(backoff.next() <= milliseconds(1000));
}

TEST_CASE("two devices do not wait for the same time") {
  Backoff one(milliseconds(60'000), milliseconds(60'000), 1);
  Backoff other(milliseconds(60'000), milliseconds(60'000), 2);
  CHECK(one.next() != other.next());
}
