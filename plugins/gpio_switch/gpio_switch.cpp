// A line with two positions: as an input a wall switch, a button, a reed contact, a meter with pulses; as an output anything that is
// switched and needs no more than that (plugins/relay has more). Waits for edges, never polls.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>

#include "gestures.h"
#include "pulse_counter.h"
#include "settings.h"

namespace gpio_switch {
namespace {

using std::chrono::microseconds;

// An SD card wears: it is written to at most so often, and a kill or a power cut loses what was counted since.
constexpr std::chrono::minutes kSaveInterval{1};
constexpr std::chrono::seconds kPublishInterval{1};
// A chip that is unplugged tells nobody who holds an output of it.
constexpr std::chrono::seconds kLineCheckInterval{10};
constexpr double kMostPulses = 9e15;  // a double, which a payload is read as, counts up to there

class GpioSwitch final : public m2ag::Component, public m2ag::Reconfigurable<Settings> {
 public:
  using Params = Settings;

  GpioSwitch(m2ag::Context& context, Settings settings)
      : Component(context),
        settings_(std::move(settings)),
        gestures_(gesture_times()),
        rate_(settings_.rate_timeout),
        save_total_(context, kSaveInterval, [this] { save_total(); }),
        publish_total_(context, kPublishInterval, [this] { publish("total", total_); }) {
    check_settings(settings_);
  }

  void start() override { settings_.direction == Direction::output ? start_output() : start_input(); }

  /// An output is not touched: none of these is about it.
  void reconfigure(const Settings& settings) override {
    check_settings(settings);
    const bool other_debounce = settings.debounce != settings_.debounce;
    settings_.debounce = settings.debounce;
    settings_.click_time = settings.click_time;
    settings_.double_time = settings.double_time;
    settings_.long_time = settings.long_time;
    if (!input_) return;
    gesture_timer_.reset();
    gestures_ = Gestures(gesture_times());
    gestures_.reset(active_);  // a press that has begun under the old times is none of the new ones
    if (other_debounce) take_line();
  }

  void set(bool on) {
    if (!output_)
      throw m2ag::CommandError("read_only", "the line is an input: `direction: output` makes it one that is switched");
    output_->write(on);
    if (settings_.restore == Restore::last) context().save("state", on);
    publish("state", on);
  }

  void set_total(double total) {
    refuse_without_count();
    if (std::floor(total) != total)
      throw m2ag::CommandError("out_of_range", "total: expected a whole number of pulses");
    total_ = static_cast<std::int64_t>(total);
    save_total();
    publish("total", total_);
  }

  void reset() { set_total(0); }

  void stop() noexcept override {
    gesture_timer_.reset();
    rate_timer_.reset();
    line_check_.reset();
    input_.reset();
    try {
      publish_total_.flush();
      save_total_.flush();
      if (output_) {
        const bool safe = settings_.safe.state == SafeState::on;
        output_->write(safe);
        publish("state", safe);
      }
    } catch (const std::exception& error) {
      context().log(m2ag::LogLevel::error, std::string("the stop was not clean: ") + error.what());
    }
    output_.reset();
  }

 private:
  static void check_settings(const Settings& settings) {
    const bool output = settings.direction == Direction::output;
    if (output && (settings.count || settings.click_time.count() > 0 || settings.long_time.count() > 0))
      throw m2ag::ConfigError("direction: an output has no `count`, `click_time` or `long_time`");
    if (settings.double_time.count() > 0 && settings.click_time.count() == 0)
      throw m2ag::ConfigError("double_time: two clicks need a click, give `click_time` too");
    if (settings.long_time.count() > 0 && settings.long_time <= settings.click_time)
      throw m2ag::ConfigError("long_time: expected more than `click_time`");
  }

  Gestures::Settings gesture_times() const {
    return {settings_.click_time, settings_.double_time, settings_.long_time};
  }

  // Output

  void start_output() {
    const bool last = settings_.restore == Restore::last;
    bool on = last ? m2ag::saved_or(context(), "state", false) : settings_.restore == Restore::on;
    if (const auto after = context().overdue("state")) on = after->as_bool();
    output_ = context().gpio_output(settings_.line,
                                    {.active_low = settings_.active_low, .initial = on, .drive = settings_.drive});
    output_->at_crash(settings_.safe.state == SafeState::on);
    line_check_ = context().every(kLineCheckInterval, [this] { output_->read(); });
    publish("state", on);
  }

  // Input

  void start_input() {
    if (settings_.count) start_counter();
    take_line();
  }

  void take_line() {
    sequence_ = 0;
    input_.reset();  // a line has one holder
    input_ = context().gpio_input(
        settings_.line, {.active_low = settings_.active_low, .bias = settings_.bias, .debounce = settings_.debounce},
        [this](const m2ag::GpioEdge& edge) { on_edge(edge); });
    active_ = input_->read();
    gestures_.reset(active_);
    publish("state", active_);
  }

  void on_edge(const m2ag::GpioEdge& edge) {
    const std::uint32_t lost = edge.sequence - std::exchange(sequence_, edge.sequence) - 1;
    const bool before = std::exchange(active_, edge.active);
    if (lost > 0) {
      context().log(
          m2ag::LogLevel::warning,
          std::to_string(lost) + " edges came too fast to be seen; a `debounce` helps against a bouncing contact");
    }
    if (settings_.count) count(rising_of_lost(lost, before) + (edge.active ? 1U : 0U), edge.time);
    tell(gestures_.expire(edge.time));  // a timer that is late: what it would have told was before this edge
    publish("state", edge.active);
    publish("event", edge.active ? "press" : "release");
    tell(gestures_.edge(edge.active, edge.time));
    wait_for_gesture();
  }

  void tell(const Gestures::Events& events) {
    for (const auto event : events) publish("event", event);
  }

  void wait_for_gesture() {
    gesture_timer_.reset();
    const auto deadline = gestures_.deadline();
    if (!deadline) return;
    const auto left = std::chrono::ceil<microseconds>(*deadline - context().now().time_since_epoch());
    gesture_timer_ = context().after(std::max(left, microseconds(0)), [this] {
      tell(gestures_.expire(context().now().time_since_epoch()));
      wait_for_gesture();
    });
  }

  // Counter

  void start_counter() {
    const auto saved = context().saved("total");
    total_ = saved && saved->is_integer() ? std::max<std::int64_t>(0, saved->as_integer()) : 0;
    publish("total", total_);
    publish_rate();
    rate_timer_ = context().every(settings_.rate_interval, [this] { publish_rate(); });
  }

  void count(std::uint64_t pulses, std::chrono::nanoseconds time) {
    if (pulses == 0) return;
    total_ += static_cast<std::int64_t>(pulses);
    rate_.pulses(pulses, time);
    save_total_.ask();
    publish_total_.ask();
  }

  void publish_rate() {
    const double rate = rate_.per_minute(context().now().time_since_epoch());
    if (rate == published_rate_) return;
    publish("rate", rate);
    published_rate_ = rate;
  }

  void save_total() { context().save("total", total_); }

  void refuse_without_count() const {
    if (!settings_.count) throw m2ag::CommandError("not_counting", "nothing is counted here: `count: true` does");
  }

  Settings settings_;
  std::unique_ptr<m2ag::GpioInput> input_;
  std::unique_ptr<m2ag::GpioOutput> output_;
  std::uint32_t sequence_ = 0;  ///< of the last edge; the first one is 1
  bool active_ = false;
  Gestures gestures_;
  PulseRate rate_;
  std::int64_t total_ = 0;
  std::optional<double> published_rate_;
  m2ag::Throttle save_total_, publish_total_;
  m2ag::Handle gesture_timer_, rate_timer_, line_check_;
};

}  // namespace
}  // namespace gpio_switch

M2AG_PLUGIN("gpio_switch", "1.1.0", plugin) {
  using namespace std::chrono_literals;
  using gpio_switch::GpioSwitch;
  using gpio_switch::Settings;
  plugin.component<GpioSwitch>("gpio_switch", "A GPIO line: a switch, a button, a reed contact, a meter; or an output")
      .param("line", &Settings::line, "GPIO line to watch, or to switch")
      .required()
      .example("GPIO27")
      .param("direction", &Settings::direction, "which way the line works")
      .param("bias", &Settings::bias, "resistor inside the chip; pull-up for a contact to ground; of an input")
      .param("active_low", &Settings::active_low, "a low level is ON, as with a contact to ground")
      .param("debounce", &Settings::debounce, "a level counts once it has been stable for so long; of an input")
      .range(0s, 10s)
      .example(20'000)
      .runtime()
      .param("click_time", &Settings::click_time, "a press up to so long is a `click`; 0s: clicks are not told")
      .range(0s, 10s)
      .example(500'000)
      .runtime()
      .param("double_time", &Settings::double_time,
             "a click so soon after another one makes both a `double`, and a click is told after this time; 0s: none")
      .range(0s, 10s)
      .example(300'000)
      .runtime()
      .param("long_time", &Settings::long_time, "a press is `long` after this time, while it is held; 0s: none")
      .range(0s, 1h)
      .example(1'000'000)
      .runtime()
      .param("count", &Settings::count, "counts the presses in `total` and their `rate`: a meter with pulses")
      .param("rate_interval", &Settings::rate_interval, "how often `rate` is worked out")
      .range(1s, 1h)
      .param("rate_timeout", &Settings::rate_timeout, "without a pulse for so long `rate` is 0")
      .range(1s, 24h)
      .param("drive", &Settings::drive, "how an output is driven")
      .param("restore", &Settings::restore, "what an output goes to at the start; `last` is what it was told last")
      .param("safe", &Settings::safe, "what is safe for an output")
      .boolean("state", "whether the contact is closed, or the output on")
      .main()
      .writable(&GpioSwitch::set)
      .event("event", {"press", "release", "click", "double", "long"}, "what happens to the contact")
      .channel("total", "", "pulses counted so far")
      .precision(0)
      .limits(0, gpio_switch::kMostPulses)
      .writable(&GpioSwitch::set_total)
      .channel("rate", "1/min", "pulses a minute")
      .precision(2)
      .command("reset", &GpioSwitch::reset, "`total` is 0 again");
}
