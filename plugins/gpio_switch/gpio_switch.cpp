// An input on a GPIO line: a wall switch, a button, a reed contact, a motion sensor. Waits for edges, never polls.
#include <m2ag/m2ag.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace {

class GpioSwitch final : public m2ag::Component {
 public:
  struct Params {
    m2ag::GpioLineConfig line;
    m2ag::Bias bias = m2ag::Bias::as_is;
    bool active_low = false;
    std::chrono::microseconds debounce{0};
  };

  GpioSwitch(m2ag::Context& context, Params params) : Component(context), params_(std::move(params)) {}

  void start() override {
    sequence_.reset();
    line_ = context().gpio_input(params_.line,
                                 {.active_low = params_.active_low, .bias = params_.bias, .debounce = params_.debounce},
                                 [this](const m2ag::GpioEdge& edge) { on_edge(edge); });
    publish("state", line_->read());
  }

  void stop() noexcept override { line_.reset(); }

 private:
  void on_edge(const m2ag::GpioEdge& edge) {
    const std::uint32_t lost = sequence_ ? edge.sequence - *sequence_ - 1 : 0;
    sequence_ = edge.sequence;
    if (lost > 0) {
      context().log(
          m2ag::LogLevel::warning,
          std::to_string(lost) + " edges came too fast to be seen; a `debounce` helps against a bouncing contact");
    }
    publish("state", edge.active);
    publish("event", edge.active ? "press" : "release");
  }

  const Params params_;
  std::unique_ptr<m2ag::GpioInput> line_;
  std::optional<std::uint32_t> sequence_;
};

}  // namespace

M2AG_PLUGIN("gpio_switch", "1.0.0", plugin) {
  plugin.component<GpioSwitch>("gpio_switch", "Input on a GPIO line: a switch, a button, a reed contact")
      .param("line", &GpioSwitch::Params::line, "GPIO line to watch")
      .required()
      .example("GPIO27")
      .param("bias", &GpioSwitch::Params::bias, "resistor inside the chip; pull-up for a contact to ground")
      .param("active_low", &GpioSwitch::Params::active_low, "a low level is ON, as with a contact to ground")
      .param("debounce", &GpioSwitch::Params::debounce, "a level counts once it has been stable for so long")
      .range(std::chrono::seconds(0), std::chrono::seconds(10))
      .example(20'000)
      .boolean("state", "whether the contact is closed")
      .main()
      .event("event", {"press", "release"}, "the moments at which it changes");
}
