// A sensor and an output make a thermostat. What the output does is known from the output itself, not from what it was told: somebody may
// switch it by hand, a limit of its own may end it, it may start anew. Each time it is looked at it is told again what it should be.
#include <algorithm>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "settings.h"

namespace thermostat {
namespace {

using std::chrono::microseconds;
using std::chrono::steady_clock;

constexpr double kLowest = -100, kHighest = 1000;
constexpr std::chrono::seconds kAskAgain{10};  // an output that refused, or did not do it

class Thermostat final : public m2ag::Component, public m2ag::Switch, public m2ag::Reconfigurable<Settings> {
 public:
  using Params = Settings;

  Thermostat(m2ag::Context& context, Settings settings) : Component(context), settings_(std::move(settings)) {}

  void start() override {
    find_channels();
    apply_settings();
    recall();
    changed_ = context().now();  // it may have switched just before: the times count from here
    take_output(context().value(settings_.output));
    temperature_at_ = context().now();
    take_temperature(context().value(settings_.sensor));
    listen();
    publish("state", regulates_);
    publish("target", target_);
    publish("demand", demand_);
    look();
  }

  void set(bool on) override {
    regulates_ = on;
    context().save("state", on);
    publish("state", on);
    look_later();
  }

  void set_target(double target) {
    target_ = target;
    // With the one of the settings: when that changes later, it counts.
    context().save("target", m2ag::Value::Map{{"target", target}, {"instead_of", settings_.target}});
    publish("target", target);
    look_later();
  }

  void reconfigure(const Settings& settings) override {
    const bool new_target = settings.target != settings_.target;
    const auto sensor = settings_.sensor, output = settings_.output;
    settings_ = settings;
    settings_.sensor = sensor, settings_.output = output;  // no registers
    apply_settings();
    if (new_target) publish("target", target_ = settings_.target);
    look_later();
  }

  void stop() noexcept override {
    sensor_value_.reset(), sensor_online_.reset(), output_value_.reset(), output_online_.reset();
    timer_.reset();
    if (!started_) return;
    started_ = false;
    // Nobody regulates from here on. Whether it worked nobody is left to hear.
    try {
      context().set(settings_.output, safe(), [](const m2ag::Answer&) {});
    } catch (const std::exception& error) {
      context().log(m2ag::LogLevel::error, std::string("the output could not be set: ") + error.what());
    }
  }

 private:
  bool safe() const { return settings_.safe_state == SafeState::on; }

  void find_channels() {
    const auto sensor = context().channel(settings_.sensor), output = context().channel(settings_.output);
    settings_.sensor.channel = sensor.name;
    settings_.output.channel = output.name;
    if (sensor.type != m2ag::ChannelType::number)
      throw m2ag::DeviceError("sensor: " + settings_.sensor.text() + " is no number");
    if (!sensor.unit.empty() && sensor.unit != "°C") {
      throw m2ag::DeviceError("sensor: " + settings_.sensor.text() + " is in " + sensor.unit +
                              ", expected °C: see `unit` of that channel");
    }
    if (output.type != m2ag::ChannelType::boolean || !output.writable)
      throw m2ag::DeviceError("output: " + settings_.output.text() + " cannot be switched on and off");
  }

  void apply_settings() {
    regulator_.emplace(settings_.mode, settings_.hysteresis, settings_.min_on, settings_.min_off);
  }

  void recall() {
    const auto state = context().saved("state");
    regulates_ = !state || !state->is_bool() || state->as_bool();
    target_ = settings_.target;
    const auto saved = context().saved("target");
    const m2ag::Value* const target = saved ? saved->find("target") : nullptr;
    const m2ag::Value* const instead = saved ? saved->find("instead_of") : nullptr;
    if (target == nullptr || instead == nullptr || !target->is_number()) return;
    if (*instead == m2ag::Value(settings_.target)) target_ = target->as_number();
  }

  void listen() {
    started_ = true;
    sensor_value_ = context().subscribe(settings_.sensor.text(), [this](const m2ag::ChannelUpdate& update) {
      temperature_at_ = context().now();
      take_temperature(update.value);
      look();
    });
    output_value_ = context().subscribe(settings_.output.text(), [this](const m2ag::ChannelUpdate& update) {
      take_output(update.value);
      look();
    });
    sensor_online_ = context().on_availability(settings_.sensor.component, [this](bool online) {
      sensor_is_online_ = online;
      look();
    });
    output_online_ = context().on_availability(settings_.output.component, [this](bool online) {
      output_is_online_ = online;
      look();
    });
  }

  void take_temperature(const std::optional<m2ag::Value>& value) {
    if (value && value->is_number()) temperature_ = value->as_number();
  }
  void take_output(const std::optional<m2ag::Value>& value) {
    if (!value || !value->is_bool() || output_ == value->as_bool()) return;
    if (output_) changed_ = context().now();
    output_ = value->as_bool();
  }

  /// Not within the command: what the output says to it is none of the commander's business.
  void look_later() {
    context().post([this] { look(); });
  }

  /// Why there is no temperature to go by; empty when there is one.
  std::string trouble() const {
    if (!sensor_is_online_) return settings_.sensor.component + " is offline";
    if (!temperature_) return settings_.sensor.text() + " has no value yet";
    if (context().now() - temperature_at_ < settings_.max_age) return {};
    return settings_.sensor.text() + " has had no new value for longer than `max_age`";
  }

  /// Everything that changes ends here: what should the output be, may it be that already, and is it?
  void look() {
    if (!started_) return;
    timer_.reset();
    const std::string why = trouble();
    tell_trouble(why);
    if (!why.empty()) return tell_output(safe(), microseconds(0));
    const auto now = context().now();
    const auto fresh = std::chrono::ceil<microseconds>(temperature_at_ + settings_.max_age - now);
    const bool wanted = regulates_ && regulator_->decide(*temperature_, target_, demand_);
    set_demand(wanted);
    const auto stays = output_ && *output_ != wanted ? regulator_->must_stay(*output_, changed_, now) : microseconds(0);
    tell_output(wanted, stays);
    look_after(std::max(fresh, microseconds(1)));
  }

  void tell_trouble(const std::string& why) {
    const std::string sentence = why.empty() ? "" : why + "; the output is " + (safe() ? "on" : "off");
    context().set_online(why.empty(), sentence);
    if (!why.empty()) set_demand(safe());
  }

  void set_demand(bool demand) {
    if (std::exchange(demand_, demand) != demand) publish("demand", demand);
  }

  void tell_output(bool on, microseconds stays) {
    if (asked_ || !output_is_online_ || output_ == on) return;
    if (refused_) stays = std::max(stays, std::chrono::ceil<microseconds>(ask_again_ - context().now()));
    if (stays.count() > 0) return look_after(stays);
    asked_ = true;
    context().set(settings_.output, on, [this, on](const m2ag::Answer& answer) { told(on, answer); });
  }

  void told(bool on, const m2ag::Answer& answer) {
    asked_ = false;
    if (answer.ok()) {
      refused_ = false;
      const auto newest = context().value(settings_.output);
      take_output(newest ? newest : m2ag::Value(on));
      if (output_ == on) return look();
    } else if (!std::exchange(refused_, true)) {  // once: each of its sentences may hold another time to wait
      context().log(m2ag::LogLevel::warning, settings_.output.text() + " was not switched: " + answer.sentence);
    }
    ask_again_ = context().now() + kAskAgain;
    look_after(kAskAgain);
  }

  /// The earliest of what is asked for counts.
  void look_after(microseconds delay) {
    const auto due = context().now() + delay;
    if (timer_ && due_ <= due) return;
    due_ = due;
    timer_ = context().after(delay, [this] { look(); });
  }

  Settings settings_;
  std::optional<Regulator> regulator_;
  double target_ = 0;
  bool regulates_ = true, demand_ = false, started_ = false;
  std::optional<double> temperature_;
  std::optional<bool> output_;  ///< what it is, as it says itself; nothing: not known
  steady_clock::time_point temperature_at_, changed_, due_, ask_again_;
  bool sensor_is_online_ = false, output_is_online_ = false;
  bool asked_ = false;    ///< the output has not answered yet
  bool refused_ = false;  ///< its last answer
  m2ag::Handle sensor_value_, output_value_, sensor_online_, output_online_, timer_;
};

}  // namespace

M2AG_PLUGIN("thermostat", "1.0.0", plugin) {
  plugin.component<Thermostat>("thermostat", "Switches an output by what a sensor measures: heats or cools")
      .param("sensor", &Settings::sensor, "channel that measures, in °C: component/channel")
      .required()
      .example("air/temperature")
      .param("output", &Settings::output, "channel that is switched; of a component alone its main channel")
      .required()
      .example("heater")
      .param("mode", &Settings::mode, "what the output does")
      .param("target", &Settings::target, "temperature to keep, until another one is set")
      .range(kLowest, kHighest)
      .unit("°C")
      .runtime()
      .param("hysteresis", &Settings::hysteresis, "width of the band around the target in which nothing switches")
      .range(0, 100)
      .unit("°C")
      .runtime()
      .param("min_on", &Settings::min_on, "the output stays on at least so long")
      .range(std::chrono::seconds(0), std::chrono::hours(24))
      .runtime()
      .param("min_off", &Settings::min_off, "the output stays off at least so long")
      .range(std::chrono::seconds(0), std::chrono::hours(24))
      .runtime()
      .param("max_age", &Settings::max_age, "a temperature that is older is none")
      .range(std::chrono::seconds(1), std::chrono::hours(24))
      .runtime()
      .param("safe_state", &Settings::safe_state, "what the output goes to without a temperature, and when this stops")
      .channel("target", "°C", "temperature to keep")
      .quantity("temperature")
      .precision(2)
      .limits(kLowest, kHighest)
      .writable(&Thermostat::set_target)
      .main()
      .boolean("demand", "whether the output should be on");
}

}  // namespace thermostat
