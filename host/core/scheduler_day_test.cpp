// A whole day of timers, and what the date and a suspended machine do to them.
#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <random>
#include <vector>

#include "catch.h"
#include "core/scheduler.h"

using namespace m2ag::host;
using namespace std::chrono_literals;

namespace {

constexpr Clock::duration kDay = 24h;
constexpr std::array<std::chrono::hours, 4> kJumps{1h, -24h, 24h, -1h};

struct Ticker {
  Clock::duration interval;
  int fired = 0;
  Clock::time_point last;
  bool on_grid = true;
};

/// Each fires on its grid and never twice for one instant.
std::vector<std::unique_ptr<Ticker>> make_tickers(Scheduler& scheduler, const ManualClock& clock) {
  std::vector<std::unique_ptr<Ticker>> tickers;
  for (const Clock::duration interval : std::initializer_list<Clock::duration>{250ms, 1s, 7s, 10s, 61s, 1h, 7h}) {
    auto& ticker = *tickers.emplace_back(std::make_unique<Ticker>(Ticker{interval, 0, clock.now(), true}));
    scheduler.every(interval, [&ticker, &clock, begin = clock.now()] {
      const auto instant = [&](Clock::time_point time) { return (time - begin) / ticker.interval; };
      if (instant(clock.now()) <= instant(ticker.last)) ticker.on_grid = false;
      ticker.last = clock.now();
      ++ticker.fired;
    });
  }
  return tickers;
}

}  // namespace

TEST_CASE("a day of ticks while the date jumps: no timer is lost and none fires twice") {
  ManualClock clock;
  Scheduler scheduler(clock);
  const auto begin = clock.now(), end = begin + kDay;
  const auto tickers = make_tickers(scheduler, clock);
  int minutes = 0;  // timers that fire once, each made by the one before
  std::function<void()> again = [&] {
    ++minutes;
    scheduler.after(1min, again);
  };
  scheduler.after(1min, again);
  std::vector<int> once(1000, 0);
  std::mt19937 random(1);
  for (int& fired : once) scheduler.at(begin + Clock::duration(random() % kDay.count()), [&fired] { ++fired; });

  std::size_t jumps = 0;
  auto next_jump = begin + 17min;
  while (scheduler.next_due() <= end) {
    clock.advance(*scheduler.next_due() - clock.now());
    scheduler.run_due();
    if (clock.now() < next_jump) continue;
    clock.jump_date(kJumps[jumps++ % kJumps.size()]);
    next_jump += 17min;
    CHECK(scheduler.run_due() == 0);  // a jump makes nothing due
  }
  CHECK(jumps == 84);
  for (const auto& ticker : tickers) {
    CHECK(ticker->fired == kDay / ticker->interval);
    CHECK(ticker->on_grid);
  }
  CHECK(minutes == 24 * 60);
  CHECK(std::ranges::count(once, 1) == 1000);
}

TEST_CASE("a day of ticks by a thread that comes late: every instant is met or skipped, and none is met twice") {
  ManualClock clock;
  Scheduler scheduler(clock);
  const auto begin = clock.now();
  const auto tickers = make_tickers(scheduler, clock);
  std::mt19937 random(2);
  while (clock.now() < begin + kDay) {
    const Clock::duration left = begin + kDay - clock.now();
    clock.advance(std::min<Clock::duration>(left, std::chrono::milliseconds(1 + random() % 400)));
    scheduler.run_due();
  }
  for (const auto& ticker : tickers) {
    CHECK(ticker->on_grid);
    const auto whole = kDay / ticker->interval;
    if (ticker->interval >= 1s) {
      CHECK(ticker->fired == whole);  // longer than the thread is ever late
    } else {
      CHECK(ticker->fired <= whole);
      CHECK(ticker->fired > whole / 2);
    }
  }
}

TEST_CASE("a process that was suspended for an hour: each timer comes once and is on its grid again") {
  ManualClock clock;
  Scheduler scheduler(clock);
  const auto begin = clock.now();
  const auto tickers = make_tickers(scheduler, clock);
  int once = 0;
  for (const Clock::duration delay : std::initializer_list<Clock::duration>{1s, 30min, 61min})
    scheduler.after(delay, [&] { ++once; });
  clock.advance(100ms);
  scheduler.run_due();
  clock.advance(1h);
  const std::size_t short_ones = 6;  // intervals of an hour and less
  CHECK(scheduler.run_due() == short_ones + 2);
  CHECK(once == 2);
  for (const auto& ticker : tickers) CHECK(ticker->fired == (ticker->interval <= 1h ? 1 : 0));
  CHECK(scheduler.run_due() == 0);
  CHECK(scheduler.next_due() == begin + 1h + 250ms);
  for (int quarter = 0; quarter < 240; ++quarter) {  // a minute
    clock.advance(250ms);
    scheduler.run_due();
  }
  CHECK(once == 3);
  for (const auto& ticker : tickers) {
    if (ticker->interval == 250ms) CHECK(ticker->fired == 1 + 240);
    if (ticker->interval == 10s) CHECK(ticker->fired == 1 + 6);
    CHECK(ticker->on_grid);
  }
}
