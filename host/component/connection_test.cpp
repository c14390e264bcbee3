#include "component/connection.h"

#include "catch.h"
#include "core/executor.h"

using namespace m2ag::host;

namespace {

struct Bench {
  SystemClock clock;
  Executor executor{clock};
  std::shared_ptr<Lane> lane = Lane::create(executor, "pump");
  std::vector<bool> heard;  // on the lane, read once it is idle
  std::function<void(bool)> note = [this](bool connected) { heard.push_back(connected); };
  void settle() { REQUIRE(lane->wait_idle(std::chrono::steady_clock::now() + std::chrono::seconds(20))); }
};

}  // namespace

TEST_CASE("each change of the connection is told on the lane, until the handle is gone") {
  Bench bench;
  Connection connection(true);
  CHECK(connection.configured());
  CHECK_FALSE(connection.connected());
  auto handle = connection.add(bench.lane, {"connection", "pump"}, bench.note);
  for (const bool connected : {true, false, true}) {
    connection.set(connected);
    CHECK(connection.connected() == connected);
    bench.settle();
  }
  connection.set(true);
  bench.settle();
  CHECK(bench.heard == std::vector<bool>{true, false, true});
  handle.reset();
  connection.set(false);
  bench.settle();
  CHECK(bench.heard.size() == 3);
}

TEST_CASE("a lane without time hears the newest state only, and nothing when that is the old one") {
  Bench bench;
  Connection connection(true);
  const auto handle = connection.add(bench.lane, {"connection", "pump"}, bench.note);
  bench.lane->post(
      [&] {
        for (const bool connected : {true, false, true}) connection.set(connected);
      },
      {"busy", {}});
  bench.settle();
  CHECK(bench.heard == std::vector<bool>{true});
  bench.lane->post(
      [&] {
        for (const bool connected : {false, true}) connection.set(connected);
      },
      {"busy", {}});
  bench.settle();
  CHECK(bench.heard == std::vector<bool>{true});
}
