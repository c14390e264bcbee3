// For tests: a lane on an executor of its own, which a test can keep busy. Used by the test's thread.
#pragma once

#include <memory>
#include <stdexcept>

#include "core/lane.h"
#include "core/test_gate.h"

namespace m2ag::host {

struct LaneFixture {
  ManualClock clock;
  Executor executor{clock};
  std::shared_ptr<Lane> lane = Lane::create(executor, "test", 4);
  Gate gate;

  /// Occupies the lane until the gate opens.
  void occupy() {
    lane->post([this] { gate.wait(); }, {"occupy"});
    if (!gate.wait_arrived(1)) throw std::runtime_error("the lane did not begin");
  }
};

}  // namespace m2ag::host
