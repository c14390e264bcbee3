// The finger on the button: drives a simulated line from outside, so that a test can move what an input reads.
#include "probe.h"

namespace probe {
namespace {

class Wire final : public m2ag::Component, public m2ag::Switch {
 public:
  struct Params {
    m2ag::GpioLineConfig line;
  };

  Wire(m2ag::Context& context, Params params) : Component(context), params_(std::move(params)) {}

  void start() override { line_ = context().simulated_line(params_.line); }
  void stop() noexcept override { line_.reset(); }
  void set(bool high) override {
    line_->drive(high);
    publish("state", high);
  }

 private:
  Params params_;
  std::unique_ptr<m2ag::SimulatedGpioLine> line_;
};

}  // namespace

void describe_wire(m2ag::Plugin& plugin) {
  plugin.component<Wire>("wire", "Drives a simulated GPIO line: on is high")
      .param("line", &Wire::Params::line, "the line")
      .required();
}

}  // namespace probe
