#include "cli/main_loop.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <thread>

#include "catch.h"

using namespace m2ag::host;
using namespace std::chrono_literals;

namespace {

sigset_t none() {
  sigset_t signals;
  sigemptyset(&signals);
  return signals;
}

}  // namespace

TEST_CASE("what other threads hand to it runs on the main thread, in order") {
  MainLoop loop(none(), [](int) {});
  const auto here = std::this_thread::get_id();
  std::vector<int> order;
  std::jthread other([&] {
    for (int i = 0; i < 100; ++i) {
      loop.post([&, i] {
        if (std::this_thread::get_id() == here) order.push_back(i);
      });
    }
    loop.post([&] { loop.quit(); });
  });
  loop.run();
  REQUIRE(order.size() == 100);
  CHECK(std::is_sorted(order.begin(), order.end()));
}

TEST_CASE("what settles runs once, and not later than said although it never becomes quiet") {
  MainLoop loop(none(), [](int) {});
  int ran = 0;
  const auto began = MainLoop::Clock::now();
  std::function<void()> ask = [&] {
    if (ran > 0) return loop.quit();
    loop.settle("files", 1h, 50ms, [&] { ++ran; });
    std::this_thread::sleep_for(1ms);
    loop.post(ask);
  };
  loop.post(ask);
  loop.run();
  CHECK(ran == 1);
  CHECK(MainLoop::Clock::now() - began >= 50ms);
}

TEST_CASE("signals that came before it runs can be asked for, and may end it") {
  sigset_t signals = none();
  sigaddset(&signals, SIGUSR1);
  sigaddset(&signals, SIGUSR2);
  sigset_t before;
  pthread_sigmask(SIG_BLOCK, &signals, &before);
  std::vector<int> told;
  MainLoop loop(signals, [&](int signal) {
    told.push_back(signal);
    if (signal == SIGUSR2) loop.quit();
  });
  CHECK(loop.take_signals());
  ::raise(SIGUSR1);
  CHECK(loop.take_signals());
  ::raise(SIGUSR2);
  CHECK_FALSE(loop.take_signals());
  loop.run();
  CHECK(told == std::vector<int>{SIGUSR1, SIGUSR2});
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST_CASE("a file that can be read is told, and what was posted last still gets its turn") {
  MainLoop loop(none(), [](int) {});
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  int reads = 0;
  loop.watch(ends[0], [&] {
    char byte = 0;
    if (::read(ends[0], &byte, 1) == 1) ++reads;
    loop.quit();
  });
  REQUIRE(::write(ends[1], "x", 1) == 1);
  loop.run();
  CHECK(reads == 1);
  bool ran = false;
  loop.post([&] { ran = true; });
  loop.run_posted();
  CHECK(ran);
  ::close(ends[0]);
  ::close(ends[1]);
}
