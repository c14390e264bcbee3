// The outside of a simulated GPIO line: the finger on a button, the magnet at a reed contact. For demos and tests without hardware.
#include <m2ag/m2ag.h>

#include <chrono>
#include <memory>
#include <utility>

namespace {

struct Press {
  std::chrono::microseconds duration{200'000};
  static void describe(m2ag::ParamTable<Press>& table) {
    table.param("for", &Press::duration, "how long it is held")
        .range(std::chrono::milliseconds(1), std::chrono::hours(24));
  }
};

struct LineParams {
  m2ag::GpioLineConfig line;
  bool active_low = false;
  bool initial = false;
  std::chrono::microseconds every{0};
  std::chrono::microseconds press_for{500'000};
};

class SimulatedLine final : public m2ag::Component, public m2ag::Switch, public m2ag::Reconfigurable<LineParams> {
 public:
  using Params = LineParams;

  SimulatedLine(m2ag::Context& context, Params params) : Component(context), params_(std::move(params)) {}

  void start() override {
    line_ = context().simulated_line(params_.line);
    set(params_.initial);
    repeat();
  }

  void reconfigure(const Params& params) override {
    params_.every = params.every;
    params_.press_for = params.press_for;
    repeat();
  }

  void set(bool on) override {
    let_go_.reset();
    drive(on);
  }

  void press(const Press& press) {
    drive(true);
    let_go_ = context().after(press.duration, [this] { drive(false); });
  }

  void stop() noexcept override {
    repeat_.reset();
    let_go_.reset();
    if (line_) line_->release();
    line_.reset();
  }

 private:
  void repeat() {
    repeat_.reset();
    if (params_.every.count() > 0) repeat_ = context().every(params_.every, [this] { press({params_.press_for}); });
  }

  void drive(bool on) {
    line_->drive(on != params_.active_low);
    publish("state", on);
  }

  Params params_;
  std::unique_ptr<m2ag::SimulatedGpioLine> line_;
  m2ag::Handle repeat_, let_go_;
};

}  // namespace

M2AG_PLUGIN("simulated", "1.0.0", plugin) {
  plugin
      .component<SimulatedLine>("simulated_line",
                                "Drives a simulated GPIO line from outside, as a finger on a button does")
      .param("line", &SimulatedLine::Params::line, "line of the descriptor's `simulated` section")
      .required()
      .example("DOOR")
      .param("active_low", &SimulatedLine::Params::active_low, "ON pulls the line low, as a contact to ground does")
      .param("initial", &SimulatedLine::Params::initial, "ON from the start")
      .param("every", &SimulatedLine::Params::every, "presses by itself so often; 0s: never")
      .runtime()
      .param("press_for", &SimulatedLine::Params::press_for, "how long it holds when it presses by itself")
      .range(std::chrono::milliseconds(1), std::chrono::hours(24))
      .runtime()
      .command("press", &SimulatedLine::press, "goes ON and, after a while, OFF again");
}
