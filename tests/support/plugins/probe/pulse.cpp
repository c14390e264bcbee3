// Has a short timer and measures how late the host calls it: what a neighbour that blocks costs this component, without the broker.
#include "lateness.h"
#include "probe.h"

namespace probe {
namespace {

class Pulse final : public m2ag::Component, public m2ag::Switch {
 public:
  struct Params {
    std::chrono::microseconds every{10'000};
  };

  Pulse(m2ag::Context& context, Params params) : Component(context), params_(params) {}

  void start() override {
    publish("state", false);
    arm();
  }
  void stop() noexcept override { timer_.reset(); }
  void set(bool on) override { publish("state", on); }
  m2ag::Value lateness() { return lateness_.take(); }

 private:
  void arm() {
    due_ = std::chrono::steady_clock::now() + params_.every;
    timer_ = context().after(params_.every, [this] {
      lateness_.add(std::chrono::steady_clock::now() - due_);
      arm();
    });
  }

  const Params params_;
  std::chrono::steady_clock::time_point due_;
  Lateness lateness_;
  m2ag::Handle timer_;
};

}  // namespace

void describe_pulse(m2ag::Plugin& plugin) {
  plugin.component<Pulse>("pulse", "Measures how late its timer comes")
      .param("every", &Pulse::Params::every, "time from one call to the next")
      .range(std::chrono::milliseconds(1), std::chrono::minutes(1))
      .command("lateness", &Pulse::lateness, "How late the calls came since this was asked last");
}

}  // namespace probe
