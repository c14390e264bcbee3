// One LED of the kernel's leds class: on, off, a brightness, or one of the kernel's triggers (timer, heartbeat, mmc0, …).
#include <m2ag/m2ag.h>
#include <m2ag/sysfs.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

namespace sysfs = m2ag::sysfs;

const std::string kLeds = "/sys/class/leds";
const std::string kNoTrigger = "none";
constexpr double kLeastShown = 1;  // percent: the channel has no digits, and 0 is off
constexpr std::size_t kPage =
    4096;  // what is read of a file; the list of triggers may be longer on machines with many processors

enum class Restore { off, on, last };

constexpr auto choices(Restore) {
  return std::array<std::pair<std::string_view, Restore>, 3>{
      {{"off", Restore::off}, {"on", Restore::on}, {"last", Restore::last}}};
}

/// The file `trigger` says "none mmc0 [heartbeat] timer".
struct Triggers {
  std::vector<std::string> names;
  std::string chosen;
  bool complete = true;
};

Triggers parse_triggers(const std::string& text) {
  Triggers triggers;
  triggers.complete = text.size() + 1 < kPage;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (word.size() > 2 && word.front() == '[' && word.back() == ']') {
      word = word.substr(1, word.size() - 2);
      triggers.chosen = word;
    }
    triggers.names.push_back(word);
  }
  return triggers;
}

class Led final : public m2ag::Component, public m2ag::Switch {
 public:
  struct Params {
    std::string led;
    Restore restore = Restore::off;
    double brightness = 100;
    std::string trigger;
  };

  Led(m2ag::Context& context, Params params)
      : Component(context), params_(std::move(params)), level_(params_.brightness) {}

  void start() override {
    const auto leds = sysfs::names_in(context(), kLeds);
    if (!sysfs::has(leds, params_.led))
      throw m2ag::DeviceError("no LED \"" + params_.led + "\"; there are " + sysfs::joined(leds));
    maximum_ = sysfs::read_number(context(), file("max_brightness"));
    if (maximum_ < 1) throw m2ag::DeviceError(file("max_brightness") + ": expected at least 1");
    found_ = read_triggers().chosen;
    trigger_ = found_;
    const bool by_trigger = !params_.trigger.empty() && params_.trigger != kNoTrigger;
    if (by_trigger) {
      if (const std::string refused = why_not(params_.trigger); !refused.empty())
        throw m2ag::ConfigError("trigger: " + refused);
    }
    const double level = m2ag::saved_or(context(), "brightness", 0.0);
    if (params_.restore == Restore::last && level > 0) level_ = std::min(level, 100.0);
    held_ = true;  // from here on it is not as it was found
    ready_ = false;
    by_trigger ? use_trigger(params_.trigger) : show(restored());
    ready_ = true;
  }

  void set(bool on) override { set_brightness(on ? level_ : 0); }

  void set_brightness(double percent) {
    if (percent > 0) level_ = percent;
    show(percent);
    if (params_.restore != Restore::last) return;  // what nobody will read is not written: an SD card wears
    context().save("state", percent > 0);
    context().save("brightness", level_);
  }

  void set_trigger(const std::string& trigger) {
    if (const std::string refused = why_not(trigger); !refused.empty())
      throw m2ag::CommandError("unknown_trigger", refused);
    use_trigger(trigger);
  }

  /// Gives the LED back as it was found: to its trigger, or dark.
  void stop() noexcept override {
    if (!held_) return;
    held_ = false;
    try {
      if (found_.empty() || found_ == kNoTrigger) {
        show(0);
      } else {
        use_trigger(found_);
      }
    } catch (const std::exception& error) {
      if (!ready_) return;  // the start has said what is wrong
      context().log(m2ag::LogLevel::error, std::string("the LED could not be given back: ") + error.what());
    }
  }

 private:
  std::string file(const char* name) const { return kLeds + "/" + params_.led + "/" + name; }

  Triggers read_triggers() const {
    if (!sysfs::has(sysfs::names_in(context(), kLeds + "/" + params_.led), "trigger")) return {};
    return parse_triggers(context().sysfs_read(file("trigger")));
  }

  /// Why the trigger cannot be used; empty when it can. The list is read anew: modules bring triggers.
  std::string why_not(const std::string& trigger) const {
    const Triggers triggers = read_triggers();
    if (sysfs::has(triggers.names, trigger) || !triggers.complete) return {};
    return "LED \"" + params_.led + "\" has no trigger \"" + trigger + "\"; there are " + sysfs::joined(triggers.names);
  }

  void use_trigger(const std::string& trigger) {
    if (trigger == kNoTrigger) return show(0);
    context().sysfs_write(file("trigger"), trigger);
    trigger_ = trigger;
    publish("trigger", trigger);
  }

  /// A trigger goes first: it would change the brightness again, and the kernel lets go of it by itself only for 0.
  void show(double percent) {
    if (!trigger_.empty() && trigger_ != kNoTrigger) context().sysfs_write(file("trigger"), kNoTrigger);
    trigger_ = kNoTrigger;
    double steps = std::round(percent / 100 * maximum_);
    if (percent > 0) steps = std::max(steps, 1.0);  // what is on is not dark
    context().sysfs_write(file("brightness"), std::to_string(static_cast<long>(steps)));
    publish("trigger", kNoTrigger);
    publish("brightness", steps > 0 ? std::max(steps / maximum_ * 100, kLeastShown) : 0);
    publish("state", steps > 0);
  }

  /// Percent. A `for` that is over counts more than `restore`.
  double restored() const {
    if (const auto after = context().overdue("brightness")) return after->as_number();
    if (const auto after = context().overdue("state")) return after->as_bool() ? level_ : 0;
    const bool last = params_.restore == Restore::last;
    return (last ? m2ag::saved_or(context(), "state", false) : params_.restore == Restore::on) ? level_ : 0;
  }

  const Params params_;
  double level_;        ///< percent, what ON means
  double maximum_ = 1;  ///< the driver's steps
  std::string found_;   ///< the trigger that it had; empty: it knows none
  std::string trigger_;
  bool held_ = false, ready_ = false;
};

}  // namespace

M2AG_PLUGIN("led", "1.0.0", plugin) {
  using Params = Led::Params;
  plugin.component<Led>("led", "One LED of the kernel's leds class, such as those on the board")
      .param("led", &Params::led, "its name, a folder of /sys/class/leds")
      .required()
      .example("ACT")
      .param("restore", &Params::restore, "what it goes to at the start; `last` is what it was told last")
      .param("brightness", &Params::brightness, "what ON means, until a brightness is set")
      .range(1, 100)
      .unit("%")
      .param("trigger", &Params::trigger, "trigger of the kernel that it is given at the start, instead of `restore`")
      .example("heartbeat")
      .channel("brightness", "%", "brightness; 0 is off")
      .precision(0)
      .limits(0, 100)
      .writable(&Led::set_brightness)
      .text("trigger", {}, "what moves it by itself; `none` when nothing does")
      .writable(&Led::set_trigger);
}
