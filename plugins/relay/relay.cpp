// One relay on a GPIO line. Its level is right from the moment the line is taken, and is the safe one before the line is let go.
#include <m2ag/m2ag.h>

#include <array>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace {

enum class Restore { off, on, last };
enum class SafeState { off, on };

constexpr auto choices(Restore) {
  return std::array<std::pair<std::string_view, Restore>, 3>{
      {{"off", Restore::off}, {"on", Restore::on}, {"last", Restore::last}}};
}
constexpr auto choices(SafeState) {
  return std::array<std::pair<std::string_view, SafeState>, 2>{{{"off", SafeState::off}, {"on", SafeState::on}}};
}

struct Safe {
  SafeState state = SafeState::off;
  static void describe(m2ag::ParamTable<Safe>& table) {
    table.param("state", &Safe::state, "what the relay goes to when the component stops");
  }
};

class Relay final : public m2ag::Component, public m2ag::Switch {
 public:
  struct Params {
    m2ag::GpioLineConfig line;
    bool active_low = false;
    m2ag::Drive drive = m2ag::Drive::push_pull;
    Restore restore = Restore::off;
    Safe safe;
  };

  Relay(m2ag::Context& context, Params params) : Component(context), params_(std::move(params)) {}

  void start() override {
    const bool on = restored();
    line_ =
        context().gpio_output(params_.line, {.active_low = params_.active_low, .initial = on, .drive = params_.drive});
    publish("state", on);
  }

  void set(bool on) override {
    line_->write(on);
    // What nobody will read is not written: an SD card wears.
    if (params_.restore == Restore::last) context().save("state", on);
    publish("state", on);
  }

  void stop() noexcept override {
    if (!line_) return;
    const bool safe = params_.safe.state == SafeState::on;
    try {
      line_->write(safe);
      publish("state", safe);
    } catch (const std::exception& error) {
      context().log(m2ag::LogLevel::error, std::string("the safe state could not be set: ") + error.what());
    }
    line_.reset();
  }

 private:
  bool restored() const {
    if (params_.restore != Restore::last) return params_.restore == Restore::on;
    const auto last = context().saved("state");
    return last && last->is_bool() && last->as_bool();
  }

  const Params params_;
  std::unique_ptr<m2ag::GpioOutput> line_;
};

}  // namespace

M2AG_PLUGIN("relay", "1.0.0", plugin) {
  plugin.component<Relay>("relay", "One relay on a GPIO line")
      .param("line", &Relay::Params::line, "GPIO line that drives the relay")
      .required()
      .example("GPIO17")
      .param("active_low", &Relay::Params::active_low, "the relay closes on a low level")
      .param("drive", &Relay::Params::drive, "how the line is driven")
      .param("restore", &Relay::Params::restore, "what the relay goes to at the start; `last` is what it was told last")
      .param("safe", &Relay::Params::safe, "what is safe");
}
