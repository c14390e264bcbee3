#include "core/ring.h"

#include <deque>
#include <memory>
#include <random>

#include "catch.h"

using m2ag::host::Ring;

TEST_CASE("a ring behaves as a queue does, through growth and wrapping") {
  std::mt19937 random(7);
  Ring<std::unique_ptr<int>> ring;
  std::deque<int> queue;
  for (int n = 0; n < 20'000; ++n) {
    // The mix drifts between filling and draining, so that the ring wraps at many sizes.
    const bool push = queue.empty() || random() % 100 < (n / 2000 % 2 == 0 ? 60U : 40U);
    if (push) {
      ring.push_back(std::make_unique<int>(n));
      queue.push_back(n);
    } else {
      REQUIRE(*ring.pop_front() == queue.front());
      queue.pop_front();
    }
    REQUIRE(ring.size() == queue.size());
    if (!queue.empty()) REQUIRE(*ring[queue.size() - 1] == queue.back());
  }
}

TEST_CASE("a ring lets go of what is taken out and trims only when empty") {
  auto held = std::make_shared<int>(1);
  Ring<std::shared_ptr<int>> ring;
  CHECK(ring.capacity() == 0);
  for (int n = 0; n < 10; ++n) ring.push_back(held);
  ring.trim(4);
  CHECK(ring.capacity() == 16);
  while (!ring.empty()) ring.pop_front();
  CHECK(held.use_count() == 1);
  ring.trim(16);
  CHECK(ring.capacity() == 16);
  ring.trim(4);
  CHECK(ring.capacity() == 0);
  ring.push_back(held);
  CHECK(ring.pop_front() == held);
}
