#include "component/availability.h"

#include "catch.h"
#include "core/executor.h"

using namespace m2ag::host;

namespace {

struct Bench {
  SystemClock clock;
  Executor executor{clock};
  std::shared_ptr<Lane> lane = Lane::create(executor, "asker");
  Availability availability;
  std::vector<bool> heard;  // on the lane, read once it is idle

  m2ag::Handle ask(const std::string& component) {
    return availability.add(component, lane, {"availability", "asker"},
                            [this](bool online) { heard.push_back(online); });
  }
  void tell(const std::string& component, bool online) {
    availability.apply(
        std::make_shared<const Event>(Event{EventKind::availability, component, "availability", online}));
  }
  void settle() { REQUIRE(lane->wait_idle(std::chrono::steady_clock::now() + std::chrono::seconds(20))); }
};

}  // namespace

TEST_CASE("what is now is told first, then each change, until the handle is gone") {
  Bench bench;
  bench.tell("air", true);
  auto handle = bench.ask("air");
  bench.settle();
  CHECK(bench.heard == std::vector<bool>{true});
  bench.tell("other", false);
  bench.tell("air", false);
  bench.settle();
  CHECK(bench.heard == std::vector<bool>{true, false});
  handle.reset();
  bench.tell("air", true);
  bench.settle();
  CHECK(bench.heard.size() == 2);
}

TEST_CASE("who was never online is offline") {
  Bench bench;
  const auto handle = bench.ask("nobody");
  bench.settle();
  CHECK(bench.heard == std::vector<bool>{false});
}

TEST_CASE("an asker without time hears the newest state only, and nothing when that is the old one") {
  Bench bench;
  bench.tell("air", true);
  const auto handle = bench.ask("air");
  bench.settle();
  bench.lane->post(
      [&] {
        for (const bool online : {false, true}) bench.tell("air", online);
      },
      {"busy", {}});
  bench.settle();
  CHECK(bench.heard == std::vector<bool>{true});
}
