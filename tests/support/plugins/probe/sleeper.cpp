// A device that makes its caller wait, as a slow bus does: in each sample, in each command, or both.
#include <thread>

#include "probe.h"

namespace probe {
namespace {

class Sleeper final : public m2ag::Component, public m2ag::Sensor, public m2ag::Switch {
 public:
  struct Params {
    std::chrono::microseconds sample{0};
    std::chrono::microseconds set{0};
  };

  Sleeper(m2ag::Context& context, Params params) : Component(context), params_(params) {}

  void sample() override {
    std::this_thread::sleep_for(params_.sample);
    publish("samples", ++samples_);
  }
  void set(bool on) override {
    std::this_thread::sleep_for(params_.set);
    publish("state", on);
  }

 private:
  Params params_;
  int samples_ = 0;
};

}  // namespace

void describe_sleeper(m2ag::Plugin& plugin) {
  plugin.component<Sleeper>("sleeper", "A device that blocks its caller")
      .interval(std::chrono::seconds(1))
      .param("sample", &Sleeper::Params::sample, "how long a sample blocks")
      .param("set", &Sleeper::Params::set, "how long a command blocks")
      .channel("samples", "", "samples since the start")
      .precision(0);
}

}  // namespace probe
