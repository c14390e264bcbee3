// A sensor that knows when it should be read: how late each reading comes on the grid that its first one began, and which never came.
#include <cstdint>

#include "lateness.h"
#include "probe.h"

namespace probe {
namespace {

using std::chrono::steady_clock;

class Metronome final : public m2ag::Component, public m2ag::Sensor, public m2ag::Switch {
 public:
  struct Params {
    std::chrono::microseconds beat{100'000};
  };

  Metronome(m2ag::Context& context, Params params) : Component(context), params_(params) {}

  void start() override { publish("state", false); }
  void set(bool on) override { publish("state", on); }

  void sample() override {
    const auto now = steady_clock::now();
    if (readings_ == 0) due_ = now;
    const auto late = now - due_;
    // The host skips what it could not do in time, and keeps to the grid.
    const auto skipped = late / params_.beat;
    lost_ += skipped;
    due_ += (skipped + 1) * params_.beat;
    lateness_.add(late);
    publish("readings", ++readings_);
  }

  m2ag::Value lateness() {
    m2ag::Value::Map map = lateness_.take();
    map.emplace("lost", lost_);
    lost_ = 0;
    return map;
  }

 private:
  const Params params_;
  steady_clock::time_point due_;
  std::int64_t readings_ = 0, lost_ = 0;
  Lateness lateness_;
};

}  // namespace

void describe_metronome(m2ag::Plugin& plugin) {
  plugin.component<Metronome>("metronome", "Measures how late it is read")
      .interval(std::chrono::milliseconds(100))
      .param("beat", &Metronome::Params::beat, "its `interval`, which the host does not tell")
      .range(std::chrono::milliseconds(1), std::chrono::minutes(1))
      .channel("readings", "", "since the start")
      .precision(0)
      .command("lateness", &Metronome::lateness,
               "How late the readings came since this was asked last, and how many never came");
}

}  // namespace probe
