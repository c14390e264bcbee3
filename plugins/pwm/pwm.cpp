// One channel of a PWM chip: dimmed lamps, fans, servos. The rules about the order of writes are those of the kernel's
// Documentation/ABI/testing/sysfs-class-pwm and drivers/pwm/sysfs.c.
#include <m2ag/m2ag.h>
#include <m2ag/sysfs.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace sysfs = m2ag::sysfs;
using std::chrono::microseconds;

const std::string kClass = "/sys/class/pwm";
constexpr double kLeastShown = 0.1;  // percent: the channel has one digit

enum class Polarity { normal, inversed };
enum class Restore { off, on, last };

constexpr auto choices(Polarity) {
  return std::array<std::pair<std::string_view, Polarity>, 2>{
      {{"normal", Polarity::normal}, {"inversed", Polarity::inversed}}};
}
constexpr auto choices(Restore) {
  return std::array<std::pair<std::string_view, Restore>, 3>{
      {{"off", Restore::off}, {"on", Restore::on}, {"last", Restore::last}}};
}

struct Safe {
  double duty = 0;
  static void describe(m2ag::ParamTable<Safe>& table) {
    table.param("duty", &Safe::duty, "what the output goes to when the component stops").range(0, 100).unit("%");
  }
};

/// "1f00098000.pwm" of "/sys/devices/…/1f00098000.pwm/pwm/pwmchip0".
std::string device_of(const std::string& place) {
  std::string steps = place.substr(0, place.rfind('/'));
  if (steps.ends_with("/pwm")) steps.resize(steps.size() - 4);
  return steps.substr(steps.rfind('/') + 1);
}

class Pwm final : public m2ag::Component, public m2ag::Switch {
 public:
  struct Params {
    std::string chip;
    int channel = 0;
    microseconds period{1000};
    Polarity polarity = Polarity::normal;
    double duty = 100;
    Restore restore = Restore::off;
    Safe safe;
  };

  Pwm(m2ag::Context& context, Params params) : Component(context), params_(std::move(params)), level_(params_.duty) {
    if (params_.chip.starts_with("pwmchip")) {
      throw m2ag::ConfigError("chip: the number of " + params_.chip +
                              " changes from boot to boot; name its device instead, such as 1f00098000.pwm");
    }
  }

  void start() override {
    const std::string chip = find_chip();
    const double channels = sysfs::read_number(context(), chip + "/npwm");
    if (params_.channel >= channels) {
      throw m2ag::ConfigError("channel: " + name_ + " has the channels 0 to " +
                              std::to_string(static_cast<int>(channels) - 1) + ", found " +
                              std::to_string(params_.channel));
    }
    const double level = m2ag::saved_or(context(), "duty", 0.0);
    if (params_.restore == Restore::last && level > 0) level_ = std::min(level, 100.0);
    ready_ = false;
    folder_ = chip + "/pwm" + std::to_string(params_.channel);
    take(chip);
    const double duty = restored();
    held_ = true;  // from here on it may drive
    set_up(nanoseconds(duty));
    ready_ = true;
    publish_duty(duty);
  }

  void set(bool on) override { set_duty(on ? level_ : 0); }

  void set_duty(double percent) {
    write("duty_cycle", std::to_string(nanoseconds(percent)));
    if (percent > 0) level_ = percent;
    if (params_.restore == Restore::last) {  // what nobody will read is not written: an SD card wears
      context().save("state", percent > 0);
      context().save("duty", level_);
    }
    publish_duty(percent);
  }

  /// The channel stays exported and enabled: what a pin does that nobody drives is up to the board.
  void stop() noexcept override {
    if (!held_) return;
    held_ = false;
    try {
      write("duty_cycle", std::to_string(nanoseconds(params_.safe.duty)));
      publish_duty(params_.safe.duty);
    } catch (const std::exception& error) {
      if (!ready_) return;  // the start has said what is wrong
      context().log(m2ag::LogLevel::error, std::string("the safe duty could not be set: ") + error.what());
    }
  }

 private:
  std::int64_t period() const { return std::chrono::nanoseconds(params_.period).count(); }
  /// Of each period; what is on is active for a moment at least.
  std::int64_t nanoseconds(double percent) const {
    const auto active = std::llround(static_cast<double>(period()) * percent / 100);
    return percent > 0 ? std::max<std::int64_t>(active, 1) : active;
  }

  std::string find_chip() {
    std::vector<std::string> here, places, found;
    for (const std::string& entry : sysfs::names_in(context(), kClass)) {
      if (!entry.starts_with("pwmchip")) continue;
      const std::string folder = sysfs::path_of(kClass, entry);
      const std::string place = context().sysfs_real_path(folder);
      here.push_back(device_of(place));
      if (!params_.chip.empty() && !sysfs::path_has(place, params_.chip)) continue;
      found.push_back(folder);
      places.push_back(place);
    }
    const std::string wanted = params_.chip.empty() ? "" : " \"" + params_.chip + "\"";
    if (here.empty()) {
      throw m2ag::DeviceError("no PWM chip" + wanted +
                              "; there are none; on a Raspberry Pi dtoverlay=pwm-2chan in config.txt makes one");
    }
    if (found.empty()) throw m2ag::DeviceError("no PWM chip" + wanted + "; there are " + sysfs::joined(here));
    if (found.size() > 1)
      throw m2ag::ConfigError("chip: several are meant, say which one by a part of its path: " + sysfs::joined(places));
    name_ = "PWM chip " + device_of(places.front());
    return found.front();
  }

  void take(const std::string& chip) {
    if (context().sysfs_list(folder_)) return;  // exported by an earlier run
    context().sysfs_write(chip + "/export", std::to_string(params_.channel));
    patience_ = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  }

  /// What runs already goes on without a gap, unless its polarity changes: that can be set only while disabled.
  void set_up(std::int64_t duty) {
    const auto now = static_cast<std::int64_t>(sysfs::read_number(context(), folder_ + "/duty_cycle"));
    // At no moment may the duty be longer than the period, and a duty without a period is refused: EINVAL.
    if (now > period()) write("duty_cycle", std::to_string(duty));
    write("period", std::to_string(period()));
    const std::string polarity = params_.polarity == Polarity::normal ? "normal" : "inversed";
    if (context().sysfs_read(folder_ + "/polarity") != polarity) {
      if (context().sysfs_read(folder_ + "/enable") != "0") write("enable", "0");
      write("polarity", polarity);
    }
    write("duty_cycle", std::to_string(duty));
    if (context().sysfs_read(folder_ + "/enable") != "1") write("enable", "1");
    patience_ = {};
  }

  /// Files of a channel that was exported just now belong to root until udev has given them to their group: that is waited for.
  void write(const char* file, const std::string& text) {
    while (true) {
      try {
        return context().sysfs_write(folder_ + "/" + file, text);
      } catch (const m2ag::DeviceError&) {
        if (std::chrono::steady_clock::now() >= patience_) throw;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

  /// What was written, not what was asked for. What is on is not shown as 0, which is OFF.
  void publish_duty(double percent) {
    const std::int64_t active = nanoseconds(percent);
    const double written = 100 * static_cast<double>(active) / static_cast<double>(period());
    publish("duty", active > 0 ? std::max(written, kLeastShown) : 0);
    publish("state", active > 0);
  }

  /// Percent. A `for` that is over counts more than `restore`.
  double restored() const {
    if (const auto after = context().overdue("duty")) return after->as_number();
    if (const auto after = context().overdue("state")) return after->as_bool() ? level_ : 0;
    const bool last = params_.restore == Restore::last;
    return (last ? m2ag::saved_or(context(), "state", false) : params_.restore == Restore::on) ? level_ : 0;
  }

  const Params params_;
  double level_;  ///< percent, what ON means
  std::string name_, folder_;
  std::chrono::steady_clock::time_point patience_{};
  bool held_ = false, ready_ = false;
};

}  // namespace

M2AG_PLUGIN("pwm", "1.0.0", plugin) {
  using Params = Pwm::Params;
  plugin.component<Pwm>("pwm", "One channel of a PWM chip")
      .param(
          "chip", &Params::chip,
          "device of the chip, a step of the path of /sys/class/pwm/pwmchip*; may be left out when there is only one")
      .example("1f00098000.pwm")
      .param("channel", &Params::channel, "channel of the chip")
      .range(0, 255)
      .param("period", &Params::period, "time of one swing: 1ms is 1 kHz, 20ms is for servos, 40us for fans")
      .range(microseconds(1), std::chrono::seconds(4))
      .param("polarity", &Params::polarity, "`inversed`: active is low")
      .param("duty", &Params::duty, "what ON means, until a duty is set")
      .range(0.1, 100)
      .unit("%")
      .param("restore", &Params::restore, "what it goes to at the start; `last` is what it was told last")
      .param("safe", &Params::safe, "what is safe")
      .channel("duty", "%", "active part of each period; 0 is off")
      .precision(1)
      .limits(0, 100)
      .writable(&Pwm::set_duty);
}
