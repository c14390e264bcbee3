#include "interlock.h"

#include <atomic>
#include <random>
#include <thread>

#include "catch.h"

using namespace std::chrono_literals;
using relay::Interlocks;

namespace {

const Interlocks::Key kPump{"house", "pump"}, kValve{"house", "valve"}, kLamp{"house", "lamp"};
Interlocks::Time at(std::chrono::milliseconds time) { return Interlocks::Time(1h + time); }

Interlocks::Others others(std::vector<Interlocks::Other> all) {
  return [all = std::move(all)] { return all; };
}

/// A claim when pump and valve exclude each other.
auto claim(Interlocks& interlocks, const Interlocks::Key& key, Interlocks::Time now) {
  if (key.second == "lamp") return interlocks.claim(key, others({}), now);
  return interlocks.claim(key, others({{key.second == "pump" ? "valve" : "pump"}}), now);
}

void join(Interlocks& interlocks, std::chrono::microseconds pump = 100ms, std::chrono::microseconds valve = 0ms) {
  interlocks.join(kPump, pump);
  interlocks.join(kValve, valve);
  interlocks.join(kLamp, 0ms);
  for (const auto& key : {kPump, kValve, kLamp}) interlocks.off(key, at(-1h));
}

}  // namespace

TEST_CASE("of two that exclude each other one is on, whichever names the other") {
  Interlocks interlocks;
  join(interlocks);
  REQUIRE_FALSE(claim(interlocks, kPump, at(0ms)));
  const auto conflict = claim(interlocks, kValve, at(0ms));
  REQUIRE(conflict);
  CHECK(conflict->sentence == "valve is interlocked with pump, which is on: switch pump off first");
  CHECK_FALSE(conflict->passes);
  CHECK_FALSE(claim(interlocks, kLamp, at(0ms)));
}

TEST_CASE("the longer of the two dead times lies between them") {
  Interlocks interlocks;
  join(interlocks, 100ms, 300ms);
  REQUIRE_FALSE(claim(interlocks, kPump, at(0ms)));
  interlocks.off(kPump, at(50ms));
  const auto conflict = claim(interlocks, kValve, at(90ms));
  REQUIRE(conflict);
  CHECK(conflict->passes);
  CHECK(conflict->wait == 260ms);
  CHECK(conflict->sentence == "valve is interlocked with pump, which went off less than 300 ms ago: wait 260 ms");
  CHECK(claim(interlocks, kValve, at(349ms)));
  CHECK_FALSE(claim(interlocks, kValve, at(350ms)));
}

TEST_CASE("a line that nobody knows counts as on") {
  Interlocks interlocks;
  interlocks.join(kPump, 100ms);
  CHECK(claim(interlocks, kPump, at(0ms)));  // valve has not started
  interlocks.join(kValve, 0ms);
  CHECK(claim(interlocks, kPump, at(0ms)));  // it has no line yet
  interlocks.off(kValve, at(0ms));
  CHECK_FALSE(claim(interlocks, kPump, at(100ms)));
  interlocks.unknown(kPump);
  const auto conflict = claim(interlocks, kValve, at(1h));
  REQUIRE(conflict);
  CHECK(conflict->passes);
}

TEST_CASE("the same ids on another device are other relays") {
  Interlocks interlocks;
  join(interlocks);
  REQUIRE_FALSE(claim(interlocks, kPump, at(0ms)));
  interlocks.join({"barn", "valve"}, 0ms);
  interlocks.off({"barn", "pump"}, at(-1h));
  CHECK_FALSE(claim(interlocks, {"barn", "valve"}, at(0ms)));
}

TEST_CASE("what a relay was counts no more once no relay runs by its id") {
  Interlocks interlocks;
  join(interlocks);
  CHECK(interlocks.claim(kPump, others({{"valve", false}}), at(0ms)));
  CHECK_FALSE(interlocks.claim(kPump, others({{"valve", true}}), at(0ms)));
  CHECK_FALSE(interlocks.claim(kValve, others({}), at(0ms)));  // nor whom it excluded
}

TEST_CASE("off since before the start: no dead time is left to wait for") {
  Interlocks interlocks;
  join(interlocks, 100ms);
  interlocks.off(kValve, at(-99ms));
  const auto conflict = claim(interlocks, kPump, at(0ms));
  REQUIRE(conflict);
  CHECK(conflict->wait == 1ms);
  interlocks.off(kValve, at(-100ms));
  CHECK_FALSE(claim(interlocks, kPump, at(0ms)));
}

TEST_CASE("many threads that switch at random are never on together") {
  Interlocks interlocks;
  const std::vector<Interlocks::Key> keys{kPump, kValve, kLamp};
  for (const auto& key : keys) {
    interlocks.join(key, 0ms);
    interlocks.off(key, at(0ms));
  }
  std::atomic<int> on{0}, most{0}, successes{0};
  {
    std::vector<std::jthread> threads;
    for (const auto& key : keys) {
      std::vector<Interlocks::Other> all;
      for (const auto& other : keys) {
        if (other != key) all.push_back({other.second});
      }
      threads.emplace_back([&, key, all = others(std::move(all))] {
        for (int i = 0; i < 20'000; ++i) {
          if (interlocks.claim(key, all, at(1s))) continue;
          const int now = ++on;
          for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) continue;
          ++successes;
          --on;
          interlocks.off(key, at(0ms));
        }
      });
    }
  }
  CHECK(most == 1);
  CHECK(successes > 0);
}

TEST_CASE("how a time to wait is said") {
  CHECK(relay::shown(59'001us) == "60 ms");
  CHECK(relay::shown(2s) == "2 s");
  CHECK(relay::shown(2s + 1ms) == "2001 ms");
  CHECK(relay::shown(11'001ms) == "12 s");
}
