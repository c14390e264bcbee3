// Edges of simulated lines through the edge thread: the way that those of the kernel take too.
#include <m2ag/error.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "hardware/simulated_gpio.h"

using namespace std::chrono_literals;
using namespace m2ag::host;
using m2ag::GpioEdge;

namespace {

const m2ag::GpioLineConfig kDoor{"DOOR", {}, -1};

/// Collects what the edge thread reports; the test waits for a number of edges.
class Edges {
 public:
  m2ag::EdgeHandler handler() {
    return [this](const GpioEdge& edge) {
      const std::lock_guard lock(mutex_);
      edges_.push_back(edge);
      changed_.notify_all();
    };
  }
  std::vector<GpioEdge> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 20s, [&] { return edges_.size() >= count; });
    REQUIRE(edges_.size() >= count);
    return edges_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<GpioEdge> edges_;
};

struct Bench {
  Edges edges;
  EdgeThread thread;
  SimulatedGpio gpio{thread};
  std::unique_ptr<m2ag::SimulatedGpioLine> outside;

  Bench() {
    gpio.add_line(kDoor);
    outside = gpio.outside(kDoor);
  }
  std::unique_ptr<m2ag::GpioInput> input(const m2ag::GpioInputOptions& options) {
    return gpio.input(kDoor, options, "test/door", edges.handler(), {});
  }
};

}  // namespace

TEST_CASE("each change of level is one edge, in order, with growing time and sequence") {
  Bench bench;
  const auto input = bench.input({});
  for (int i = 0; i < 500; ++i) bench.outside->drive(i % 2 == 0);
  const auto edges = bench.edges.wait_for(500);
  REQUIRE(edges.size() == 500);
  for (std::size_t i = 0; i < edges.size(); ++i) {
    CHECK(edges[i].active == (i % 2 == 0));
    CHECK(edges[i].sequence == i + 1);
    if (i > 0) CHECK(edges[i].time >= edges[i - 1].time);
  }
}

TEST_CASE("active low turns the levels over") {
  Bench bench;
  const auto input = bench.input({.active_low = true, .bias = m2ag::Bias::pull_up});
  CHECK_FALSE(input->read());
  bench.outside->drive(false);
  CHECK(bench.edges.wait_for(1)[0].active);
  CHECK(input->read());
}

TEST_CASE("a bouncing contact with debounce gives one edge, at the time of the last bounce") {
  Bench bench;
  const auto input = bench.input({.debounce = 30ms});
  for (int i = 0; i < 21; ++i) bench.outside->drive(i % 2 == 0);
  const auto last_bounce = std::chrono::steady_clock::now().time_since_epoch();
  const auto edges = bench.edges.wait_for(1);
  CHECK(edges.size() == 1);
  CHECK(edges[0].active);
  CHECK(edges[0].time <= last_bounce);
  CHECK(std::chrono::steady_clock::now().time_since_epoch() >= edges[0].time + 30ms);
  bench.outside->drive(false);
  CHECK(bench.edges.wait_for(2)[1].sequence == 2);
}

TEST_CASE("a pulse shorter than the debounce is no edge") {
  Bench bench;
  const auto input = bench.input({.debounce = 10ms});
  bench.outside->drive(true);
  bench.outside->drive(false);
  // A second line that is debounced longer, and started later, tells when the pulse's time is surely over.
  bench.gpio.add_line({"LATER", {}, -1});
  Edges later;
  const auto other = bench.gpio.input({"LATER", {}, -1}, {.debounce = 50ms}, "test/later", later.handler(), {});
  bench.gpio.outside({"LATER", {}, -1})->drive(true);
  later.wait_for(1);
  CHECK(bench.edges.wait_for(0).empty());
}

TEST_CASE("no edge is reported once the input is gone, while the line keeps changing") {
  Bench bench;
  std::atomic<bool> stop = false;
  std::thread finger([&] {
    for (bool high = false; !stop; high = !high) bench.outside->drive(high);
  });
  for (int i = 0; i < 50; ++i) {
    std::atomic<bool> alive = true, late = false;
    std::atomic<int> seen = 0;
    auto input = bench.gpio.input(kDoor, {}, "test/door",
                                  [&](const GpioEdge&) {
                                    if (!alive) late = true;
                                    ++seen;
                                  },
                                  {});
    while (seen == 0) std::this_thread::yield();
    input.reset();
    alive = false;
    CHECK_FALSE(late);
  }
  stop = true;
  finger.join();
}

namespace {

/// A line whose chip is pulled out: the pipe is readable, and reading fails.
class UnpluggedLine : public EdgeSource {
 public:
  UnpluggedLine() {
    REQUIRE(::pipe(ends_.data()) == 0);
    REQUIRE(::write(ends_[1], "x", 1) == 1);
  }
  ~UnpluggedLine() override {
    for (const int end : ends_) ::close(end);
  }
  int fd() const override { return ends_[0]; }
  void read_edges(std::vector<RawEdge>&) override { throw m2ag::DeviceError("line DOOR: no such device"); }
  bool level() override { return false; }

 private:
  std::array<int, 2> ends_{};
};

}  // namespace

TEST_CASE("a line that fails is given up once, and says why") {
  EdgeThread thread;
  UnpluggedLine line;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> reasons;
  const auto watch = thread.watch(
      line, 0us, [](const GpioEdge&) {},
      [&](const std::string& reason) {
        const std::lock_guard lock(mutex);
        reasons.push_back(reason);
        changed.notify_all();
      });
  std::unique_lock lock(mutex);
  REQUIRE(changed.wait_for(lock, 20s, [&] { return !reasons.empty(); }));
  CHECK(reasons.at(0) == "line DOOR: no such device");
}

namespace {

/// Edges by the thousand, all at once.
class Flood : public EdgeSource {
 public:
  Flood() { REQUIRE(::pipe(ends_.data()) == 0); }
  ~Flood() override {
    for (const int end : ends_) ::close(end);
  }
  void edges(std::size_t count) {
    waiting_ = count;
    REQUIRE(::write(ends_[1], "x", 1) == 1);
  }
  int fd() const override { return ends_[0]; }
  void read_edges(std::vector<RawEdge>& out) override {
    char mark = 0;
    if (::read(ends_[0], &mark, 1) != 1) throw m2ag::DeviceError("no mark");
    for (std::size_t i = waiting_; i > 0; --i) {
      active_ = !active_;
      out.push_back({.active = active_, .time = 1ns * ++made_});
    }
  }
  bool level() override { return active_; }

 private:
  std::array<int, 2> ends_{};
  std::atomic<std::size_t> waiting_{0};
  std::atomic<bool> active_{false};
  int made_ = 0;
};

}  // namespace

TEST_CASE("edges that nobody takes in time are counted as lost, in the place where they are missing") {
  constexpr std::size_t kMany = 20'000;  // more than wait in the host
  EdgeThread thread;
  Flood flood;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<GpioEdge> seen;
  bool held = true;
  const auto watch = thread.watch(flood, 0us,
                                  [&](const GpioEdge& edge) {
                                    std::unique_lock lock(mutex);
                                    seen.push_back(edge);
                                    changed.notify_all();
                                    changed.wait(lock, [&] { return !held; });
                                  },
                                  {});
  flood.edges(kMany);
  std::unique_lock lock(mutex);
  REQUIRE(changed.wait_for(lock, 20s, [&] { return !seen.empty(); }));
  held = false;
  changed.notify_all();
  lock.unlock();
  // Until there is room again.
  for (std::size_t made = kMany + 1; made < kMany + 1000; ++made) {
    flood.edges(1);
    lock.lock();
    changed.wait_for(lock, 100ms, [&] { return seen.back().sequence == made; });
    const bool last = seen.back().sequence == made;
    lock.unlock();
    if (last) break;
  }
  lock.lock();
  CHECK(seen.back().sequence > kMany);
  CHECK(seen.size() < seen.back().sequence);
  for (const GpioEdge& edge : seen) CHECK(edge.time.count() == static_cast<std::int64_t>(edge.sequence));
}

TEST_CASE("a line that is taken away is lost at once, once, and says which") {
  Bench bench;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> lost;
  const auto input = bench.gpio.input(kDoor, {}, "test/door", bench.edges.handler(), [&](const std::string& reason) {
    const std::lock_guard lock(mutex);
    lost.push_back(reason);
    changed.notify_all();
  });
  bench.outside->drive(true);
  bench.edges.wait_for(1);
  bench.gpio.remove_line(kDoor);
  {
    std::unique_lock lock(mutex);
    REQUIRE(changed.wait_for(lock, 9s, [&] { return !lost.empty(); }));  // not only by the check every 10 s
    CHECK(lost == std::vector<std::string>{"line DOOR is gone: it was taken out of the `simulated` section"});
  }
  CHECK_THROWS_AS(input->read(), m2ag::DeviceError);
}
