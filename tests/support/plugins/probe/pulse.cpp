// Has a short timer and measures how late the host calls it: what a neighbour that blocks costs this component, without the broker.
#include <algorithm>
#include <vector>

#include "probe.h"

namespace probe {
namespace {

class Pulse final : public m2ag::Component {
 public:
  struct Params {
    std::chrono::microseconds every{10'000};
  };

  Pulse(m2ag::Context& context, Params params) : Component(context), params_(params) {}

  void start() override { arm(); }
  void stop() noexcept override { timer_.reset(); }

  /// Microseconds since the last call of this command; percentiles over all calls.
  m2ag::Value lateness() {
    std::sort(late_.begin(), late_.end());
    m2ag::Value::Map map{{"calls", late_.size()}};
    if (!late_.empty()) {
      map.emplace("p50", late_[late_.size() / 2]);
      map.emplace("p99", late_[late_.size() * 99 / 100]);
      map.emplace("max", late_.back());
    }
    late_.clear();
    return map;
  }

 private:
  void arm() {
    due_ = std::chrono::steady_clock::now() + params_.every;
    timer_ = context().after(params_.every, [this] {
      late_.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - due_).count());
      arm();
    });
  }

  const Params params_;
  std::chrono::steady_clock::time_point due_;
  std::vector<double> late_;
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
