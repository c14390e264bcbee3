// One relay on a GPIO line. Its level is right from the moment the line is taken, and is the safe one before the line is let go. What limits
// it (the longest time on, the shortest time off, its interlock, a lock) is decided here, on the lane; the dates it needs for that after a
// restart lie in the device database.
#include <algorithm>
#include <cstdint>
#include <exception>
#include <memory>

#include "interlock.h"
#include "settings.h"

namespace relay {
namespace {

using std::chrono::microseconds;
using std::chrono::steady_clock;

// An SD card wears: it is written to at most so often, and a power cut loses what was counted since.
constexpr std::chrono::minutes kCounterInterval{1};

/// The one object that the relays of a process share: each runs on a lane of its own, and two of an interlock must not find each other off
/// at the same time. The host gives components nothing to share, and all relays of a device are in one process.
Interlocks& interlocks() {
  static Interlocks shared;
  return shared;
}

/// Why the relay may not go on now.
struct Obstacle {
  std::string code, sentence;
  microseconds wait;
  bool passes;
};

class Relay final : public m2ag::Component, public m2ag::Switch {
 public:
  using Params = Settings;

  Relay(m2ag::Context& context, Settings settings)
      : Component(context),
        settings_(std::move(settings)),
        key_(context.device(), context.component()),
        save_operations_(context, kCounterInterval, [this] { this->context().save("operations", operations_); }) {}

  void start() override {
    check_settings();
    stopping_ = on_ = false;
    locked_ = saved_or("locked", false);
    operations_ = std::max<std::int64_t>(0, saved_or("operations", std::int64_t{0}));
    recall_off_time();
    interlocks().join(key_, settings_.interlock, settings_.dead_time);
    const bool wish = wish_at_start();
    const auto obstacle = wish ? find_obstacle() : std::nullopt;
    take_line(wish && !obstacle);
    publish("locked", locked_);
    if (obstacle) restore_later(*obstacle);
    watch_connection();
  }

  void set(bool on) override {
    refuse_while_locked();
    if (on) refuse_at_obstacle();
    end_what_waits();
    switch_to(on);
    remember(on);
  }

  void pulse(const Pulse& arguments) {
    refuse_while_locked();
    const microseconds duration = arguments.duration.value_or(settings_.pulse_time);
    if (settings_.max_on && duration > *settings_.max_on)
      throw m2ag::CommandError("out_of_range", "for: expected at most `max_on`, " + shown(*settings_.max_on));
    refuse_at_obstacle();
    end_what_waits();
    remember(false);  // first: who is killed during the pulse does not find it on for ever
    switch_to(true);
    pulse_end_ = context().after(duration, [this] {
      pulse_end_.reset();
      switch_to(false);
    });
  }

  void lock() { set_locked(true); }
  void unlock() { set_locked(false); }

  void stop() noexcept override {
    stopping_ = true;
    connection_.reset();
    connected_ = true;
    alone_.reset();
    end_what_waits();
    if (!line_) return interlocks().unknown(key_);
    try {
      switch_to(safe_now());
      save_operations_.flush();
    } catch (const std::exception& error) {
      context().log(m2ag::LogLevel::error, std::string("the safe state could not be set: ") + error.what());
    }
    longest_on_.reset();
    line_.reset();
  }

 private:
  void check_settings() const {
    const auto& others = settings_.interlock;
    if (std::find(others.begin(), others.end(), context().component()) != others.end())
      throw m2ag::ConfigError("interlock: a relay cannot be interlocked with itself");
    if (safe_state() && (settings_.max_on || !others.empty()))
      throw m2ag::ConfigError("safe.state: a relay that is safe when it is on cannot have `max_on` or `interlock`");
    if (settings_.safe.on_disconnect && !context().has_broker())
      throw m2ag::ConfigError("safe.on_disconnect: there is no broker to lose, the descriptor has no `mqtt.url`");
  }

  bool safe_state() const { return settings_.safe.state == SafeState::on; }

  /// As the settings say; but not on when a relay that names this one in its interlock is in the way.
  bool safe_now() {
    if (!safe_state() || on_) return safe_state();
    const auto conflict = interlocks().claim(key_, context().now());
    if (conflict)
      context().log(m2ag::LogLevel::warning, "not on, although that is its safe state: " + conflict->sentence);
    return !conflict;
  }

  template <class T>
  T saved_or(std::string_view key, T otherwise) const {
    const auto value = context().saved(key);
    if (!value) return otherwise;
    if constexpr (std::is_same_v<T, bool>)
      return value->is_bool() ? value->as_bool() : otherwise;
    else
      return value->is_integer() ? value->as_integer() : otherwise;
  }

  // Dates

  std::int64_t date() const {
    return std::chrono::duration_cast<microseconds>(context().wall_time().time_since_epoch()).count();
  }
  /// How long ago a saved date was. A clock that went backwards (no battery) makes it now, never later.
  microseconds passed_since(std::int64_t saved) const {
    const std::int64_t now = std::max<std::int64_t>(0, date());
    return microseconds(now - std::clamp<std::int64_t>(saved, 0, now));
  }

  void recall_off_time() {
    off_since_.reset();
    if (!settings_.min_off || !context().saved("off_since")) return;
    // Zero: it was on when the host was killed. When it went off nobody knows: now, at the latest.
    const std::int64_t saved = saved_or("off_since", std::int64_t{0});
    if (saved == 0) context().save("off_since", date());
    off_since_ = context().now() - (saved == 0 ? microseconds(0) : passed_since(saved));
  }

  // Start

  /// What `restore` says, unless the time on that was granted before the restart is over.
  bool wish_at_start() {
    const bool wish = settings_.restore == Restore::last ? saved_or("state", false) : settings_.restore == Restore::on;
    if (!wish || !settings_.max_on || left_of_max_on().count() > 0) return wish;
    context().log(m2ag::LogLevel::info, "stays off: `max_on` was over before the start");
    context().save("on_since", 0);
    remember(false);
    return false;
  }

  void take_line(bool on) {
    if (on) before_on(true);
    // When this throws, stop() makes the line one that nobody knows.
    line_ = context().gpio_output(settings_.line,
                                  {.active_low = settings_.active_low, .initial = on, .drive = settings_.drive});
    on_ = on;
    publish("state", on);
    on ? went_on() : publish("operations", operations_);
    // Off from now on: until now the pin may have been what a killed host left it at.
    if (!on) interlocks().off(key_, context().now());
  }

  void restore_later(const Obstacle& obstacle) {
    context().log(obstacle.passes ? m2ag::LogLevel::info : m2ag::LogLevel::warning,
                  "not on as `restore` says: " + obstacle.sentence);
    if (obstacle.passes) wait_for_restore(obstacle.wait);
  }

  void wait_for_restore(microseconds wait) {
    restore_ = context().after(wait, [this] {
      restore_.reset();
      if (!wish_at_start()) return;
      const auto obstacle = find_obstacle();
      if (!obstacle) return switch_to(true, true);
      obstacle->passes ? wait_for_restore(obstacle->wait) : restore_later(*obstacle);
    });
  }

  // Refusals

  void refuse_while_locked() const {
    if (locked_) throw m2ag::CommandError("locked", "the relay is locked: run its command `unlock` first");
  }

  void refuse_at_obstacle() {
    if (const auto obstacle = find_obstacle()) throw m2ag::CommandError(obstacle->code, obstacle->sentence);
  }

  /// Nothing: the relay may go on, and its interlock counts it as on already.
  std::optional<Obstacle> find_obstacle() {
    if (on_) return std::nullopt;
    const auto now = context().now();
    if (settings_.min_off && off_since_ && now - *off_since_ < *settings_.min_off) {
      const auto wait = std::chrono::ceil<microseconds>(*off_since_ + *settings_.min_off - now);
      return Obstacle{"too_early",
                      "stays off for at least " + shown(*settings_.min_off) + " (`min_off`): wait " + shown(wait), wait,
                      true};
    }
    const auto conflict = interlocks().claim(key_, now);
    if (!conflict) return std::nullopt;
    return Obstacle{"interlocked", conflict->sentence, std::max(conflict->wait, microseconds(1)), conflict->passes};
  }

  // Switching

  /// Commands, timers and safety come together here. Who wants it on has found no obstacle. `restoring`: the time on goes on that was granted
  /// before the restart.
  void switch_to(bool on, bool restoring = false) {
    const bool change = on != on_;
    if (change && on) before_on(restoring);
    try {
      line_->write(on);
    } catch (const std::exception&) {
      interlocks().unknown(key_);
      throw;
    }
    on_ = on;
    // Published before the interlock lets another one on: nobody ever hears of two that are on.
    publish("state", on);
    if (change) on ? went_on() : went_off();
    if (!connected_ && !alone_ && on != safe_state()) start_alone();
  }

  /// Saved before the line moves: a kill between the two must not leave a relay on that nobody counts.
  void before_on(bool restoring) {
    if (settings_.min_off) context().save("off_since", 0);
    if (!settings_.max_on) return;
    if (!restoring || saved_or("on_since", std::int64_t{0}) == 0) context().save("on_since", date());
  }

  microseconds left_of_max_on() const {
    const std::int64_t since = saved_or("on_since", std::int64_t{0});
    return since == 0 ? *settings_.max_on : *settings_.max_on - passed_since(since);
  }

  void went_on() {
    ++operations_;
    save_operations_.ask();
    publish("operations", operations_);
    if (!settings_.max_on) return;
    longest_on_ = context().after(left_of_max_on(), [this] {
      context().log(m2ag::LogLevel::info, "goes off: it has been on for `max_on`");
      end_what_waits();
      switch_to(false);
      remember(false);
    });
  }

  void went_off() {
    longest_on_.reset();
    off_since_ = context().now();
    interlocks().off(key_, *off_since_);
    if (settings_.min_off) context().save("off_since", date());
    // Stopped while told to be on, it will be on again, and then not longer than it was granted: the date stays.
    if (settings_.max_on && !(stopping_ && settings_.restore == Restore::last)) context().save("on_since", 0);
  }

  void end_what_waits() {
    pulse_end_.reset();
    restore_.reset();
  }

  /// What nobody will read is not written: an SD card wears.
  void remember(bool on) {
    if (settings_.restore == Restore::last) context().save("state", on);
  }

  void set_locked(bool locked) {
    locked_ = locked;
    context().save("locked", locked);
    publish("locked", locked);
  }

  // Without the broker

  void watch_connection() {
    connected_ = true;
    if (!settings_.safe.on_disconnect) return;
    connection_ = context().on_connection([this](bool connected) { connection_changed(connected); });
    connection_changed(context().connected());
  }

  void connection_changed(bool connected) {
    connected_ = connected;
    alone_.reset();
    if (!connected) start_alone();
  }

  void start_alone() {
    alone_ = context().after(*settings_.safe.on_disconnect, [this] {
      alone_.reset();
      end_what_waits();
      const bool safe = safe_now();
      if (on_ == safe) return;
      context().log(m2ag::LogLevel::warning,
                    "goes to its safe state: the broker has been gone for " + shown(*settings_.safe.on_disconnect));
      switch_to(safe);
      remember(safe);
    });
  }

  const Settings settings_;
  const Interlocks::Key key_;
  std::unique_ptr<m2ag::GpioOutput> line_;
  bool on_ = false, locked_ = false, connected_ = true, stopping_ = false;
  std::int64_t operations_ = 0;
  std::optional<steady_clock::time_point> off_since_;
  m2ag::Throttle save_operations_;
  m2ag::Handle longest_on_, pulse_end_, restore_, connection_, alone_;
};

}  // namespace
}  // namespace relay

M2AG_PLUGIN("relay", "1.1.0", plugin) {
  using relay::Relay;
  using relay::Settings;
  plugin.component<Relay>("relay", "One relay on a GPIO line")
      .param("line", &Settings::line, "GPIO line that drives the relay")
      .required()
      .example("GPIO17")
      .param("active_low", &Settings::active_low, "the relay closes on a low level")
      .param("drive", &Settings::drive, "how the line is driven")
      .param("restore", &Settings::restore, "what the relay goes to at the start; `last` is what it was told last")
      .param("safe", &Settings::safe, "what is safe")
      .param("max_on", &Settings::max_on, "goes off by itself after so long on, also across a restart")
      .range(std::chrono::milliseconds(1), std::chrono::days(366))
      .example(600'000'000)
      .param("min_off", &Settings::min_off, "does not go on before it has been off for so long, as compressors want")
      .range(std::chrono::milliseconds(1), std::chrono::days(366))
      .example(180'000'000)
      .param("pulse_time", &Settings::pulse_time, "how long a `pulse` is that does not say so")
      .range(std::chrono::milliseconds(1), std::chrono::hours(24))
      .param("interlock", &Settings::interlock, "ids of relays that are never on together with this one")
      .param("dead_time", &Settings::dead_time, "how long all of them are off before the next one goes on")
      .range(std::chrono::milliseconds(0), std::chrono::hours(1))
      .channel("operations", "", "how often the relay has closed")
      .precision(0)
      .boolean("locked", "commands do not switch it")
      .command("pulse", &Relay::pulse, "goes on and, after a while, off")
      .command("lock", &Relay::lock, "commands that switch are refused from now on, also after a restart")
      .command("unlock", &Relay::unlock, "commands switch again");
}
