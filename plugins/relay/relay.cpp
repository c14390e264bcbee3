// One relay on a GPIO line. Its level is right from the moment the line is taken, and is the safe one before the line is let go. What limits
// it (the longest time on, the shortest time off, its interlock, a lock) is decided here, on the lane; the dates it needs for that after a
// restart lie in the device database.
#include <algorithm>
#include <cstdint>
#include <exception>
#include <memory>

#include "exclusion.h"
#include "kept_date.h"
#include "settings.h"

namespace relay {
namespace {

using m2ag::saved_or;
using std::chrono::microseconds;
using std::chrono::steady_clock;

// An SD card wears: it is written to at most so often, and a power cut loses what was counted since.
constexpr std::chrono::minutes kCounterInterval{1};
// A chip that is unplugged tells nobody who holds a line of it.
constexpr std::chrono::seconds kLineCheckInterval{10};
// How long a start may leave a line as a killed host left it while the others of the interlock start, and how often it looks at them. Below
// the shortest `safe.on_disconnect`.
constexpr std::chrono::milliseconds kLineWait{900}, kLineLook{20};

/// Why the relay may not go on now.
struct Obstacle {
  std::string code, sentence;
  microseconds wait;
  bool passes;
};

class Relay final : public m2ag::Component, public m2ag::Switch, public m2ag::Reconfigurable<Settings> {
 public:
  using Params = Settings;

  Relay(m2ag::Context& context, Settings settings)
      : Component(context),
        settings_(std::move(settings)),
        exclusion_(context, settings_.interlock, settings_.dead_time),
        on_date_(context, "on_since"),
        off_date_(context, "off_since"),
        save_operations_(context, kCounterInterval, [this] { this->context().save("operations", operations_); }) {
    check(settings_, context.component());
  }

  void start() override {
    if (settings_.safe.on_disconnect && !context().has_broker())
      throw m2ag::ConfigError("safe.on_disconnect: there is no broker to lose, the descriptor has no `mqtt.url`");
    stopping_ = on_ = false;
    locked_ = saved_or(context(), "locked", false);
    operations_ = std::max<std::int64_t>(0, saved_or(context(), "operations", std::int64_t{0}));
    recall_dates();
    exclusion_.join();
    begin(context().now() + kLineWait);
    publish("locked", locked_);
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
    if (settings_.max_on && duration > *settings_.max_on)  // of an argument: `pulse_time` is not longer
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

  void reconfigure(const Settings& settings) override {
    check(settings, context().component());
    settings_.pulse_time = settings.pulse_time;
    if (settings.min_off != settings_.min_off) use_min_off(settings.min_off);
    if (settings.max_on != settings_.max_on) use_max_on(settings.max_on);
  }

  void lock() { set_locked(true); }
  void unlock() { set_locked(false); }

  void stop() noexcept override {
    stopping_ = true;
    connection_.reset();
    connected_ = true;
    alone_.reset();
    const bool begun = line_ || restore_;  // without a line and a restore that waits for it, the start has failed
    end_what_waits();
    try {
      if (begun) switch_to(safe_now());
      save_operations_.flush();
    } catch (const std::exception& error) {
      context().log(m2ag::LogLevel::error, std::string("the safe state could not be set: ") + error.what());
    }
    if (!line_) exclusion_.unknown();
    longest_on_.reset();
    line_check_.reset();
    line_.reset();
  }

 private:
  bool safe_state() const { return settings_.safe.state == SafeState::on; }

  /// As the settings say; but not on when a relay that names this one in its interlock is in the way.
  bool safe_now() {
    if (!safe_state() || on_) return safe_state();
    const auto conflict = exclusion_.claim();
    if (conflict)
      context().log(m2ag::LogLevel::warning, "not on, although that is its safe state: " + conflict->sentence);
    return !conflict;
  }

  // Dates

  /// Of `min_off`, and for the dead time after a restart.
  bool keeps_off_date() const { return settings_.min_off || exclusion_.exists(); }

  /// What was kept for a setting that is no longer there must not count when it comes back.
  void recall_dates() {
    if (!settings_.max_on) on_date_.drop();
    off_since_.reset();
    if (!keeps_off_date()) off_date_.drop();
    const auto passed = off_date_.passed();
    may_be_on_ = !passed;
    // Written, but no date: it was on when the host was killed. When it went off nobody knows: now, at the latest.
    if (keeps_off_date() && off_date_.is_written()) off_since_ = context().now() - passed.value_or(microseconds(0));
  }

  // Registers

  void use_min_off(std::optional<microseconds> min_off) {
    settings_.min_off = min_off;
    if (!min_off) return;
    if (on_ || !line_) return off_date_.clear();
    // Without `min_off` nobody wrote down when it went off: what was not seen is taken to be just now, for the next start.
    off_date_.set(off_since_ ? std::chrono::duration_cast<microseconds>(context().now() - *off_since_)
                             : microseconds(0));
  }

  /// A shorter time may be over already. Without `max_on` before, it counts from now on.
  void use_max_on(std::optional<microseconds> max_on) {
    const bool had_one = settings_.max_on.has_value();
    settings_.max_on = max_on;
    longest_on_.reset();
    if (!max_on) return on_date_.drop();
    if (!on_) return;
    if (!had_one) on_date_.set();
    if (!had_one) on_since_ = context().now();
    watch_max_on();
  }

  // Start

  /// What `restore` says, unless a time that was granted before the restart is over: of a `for`, or `max_on`.
  bool wish_at_start() {
    bool wish =
        settings_.restore == Restore::last ? saved_or(context(), "state", false) : settings_.restore == Restore::on;
    if (const auto after = locked_ ? std::nullopt : context().overdue("state")) remember(wish = after->as_bool());
    if (!wish || !settings_.max_on || left_of_max_on().count() > 0) return wish;
    context().log(m2ag::LogLevel::info, "stays off: `max_on` was over before the start");
    on_date_.drop();
    remember(false);
    return false;
  }

  /// One that was on when the host was killed leaves its line as it is while the others of its interlock, which start at this moment too,
  /// are not known to be off: it must not go off just because it was the first to ask. Until then it counts as on itself.
  void begin(steady_clock::time_point end) {
    const bool wish = wish_at_start();
    const auto obstacle = wish ? find_obstacle() : std::nullopt;
    const bool may_wait = may_be_on_ && obstacle && obstacle->passes && obstacle->code == "interlocked";
    const microseconds wait = obstacle ? std::min<microseconds>(obstacle->wait, kLineLook) : microseconds(0);
    if (may_wait && context().now() + wait <= end) {
      restore_ = context().after(wait, [this, end] {
        restore_.reset();
        begin(end);
      });
      return;
    }
    take_line(wish && !obstacle);
    if (obstacle) restore_later(*obstacle);
  }

  void take_line(bool on) {
    if (on) before_on(true);
    // When this throws, stop() makes the line one that nobody knows.
    line_ = context().gpio_output(settings_.line,
                                  {.active_low = settings_.active_low, .initial = on, .drive = settings_.drive});
    line_->at_crash(safe_state());
    on_ = on;
    publish("state", on);
    on ? went_on() : publish("operations", operations_);
    line_check_ = context().every(kLineCheckInterval, [this] { line_->read(); });
    if (!on) found_off();
  }

  /// Off from now on, unless it is known to have been off before: the pin may have been what a killed host left it at.
  void found_off() {
    const auto passed = off_date_.passed();
    exclusion_.off(context().now() - passed.value_or(microseconds(0)));
    // `min_off` alone begins with the first time off that was seen.
    if (!passed && (exclusion_.exists() || (settings_.min_off && off_since_))) off_date_.set();
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
    const auto conflict = exclusion_.claim();
    if (!conflict) return std::nullopt;
    return Obstacle{"interlocked", conflict->sentence, std::max(conflict->wait, microseconds(1)), conflict->passes};
  }

  // Switching

  /// Commands, timers and safety come together here. Who wants it on has found no obstacle. `restoring`: the time on goes on that was granted
  /// before the restart.
  void switch_to(bool on, bool restoring = false) {
    if (!line_) {
      take_line(on);
    } else {
      move_line(on, restoring);
    }
    if (!connected_ && !alone_ && on != safe_state()) start_alone();
  }

  void move_line(bool on, bool restoring) {
    const bool change = on != on_;
    if (change && on) before_on(restoring);
    try {
      line_->write(on);
    } catch (const std::exception&) {
      exclusion_.unknown();
      throw;
    }
    on_ = on;
    // Published before the interlock lets another one on: nobody ever hears of two that are on.
    publish("state", on);
    if (change) on ? went_on() : went_off();
  }

  /// Saved before the line moves: a kill between the two must not leave a relay on that nobody counts.
  void before_on(bool restoring) {
    keeps_off_date() ? off_date_.clear() : off_date_.drop();
    if (settings_.max_on && (!restoring || !on_date_.passed())) on_date_.set();
  }

  microseconds left_of_max_on() const { return *settings_.max_on - on_date_.passed().value_or(microseconds(0)); }

  void went_on() {
    ++operations_;
    save_operations_.ask();
    publish("operations", operations_);
    if (!settings_.max_on) return;
    on_since_ = context().now() - (*settings_.max_on - left_of_max_on());
    watch_max_on();
  }

  /// By the clock that does not jump: the date counts only for what was on before the start.
  void watch_max_on() {
    const auto left = std::chrono::ceil<microseconds>(on_since_ + *settings_.max_on - context().now());
    longest_on_ = context().after(std::max(left, microseconds(0)), [this] {
      context().log(m2ag::LogLevel::info, "goes off: it has been on for `max_on`");
      end_what_waits();
      switch_to(false);
      remember(false);
    });
  }

  void went_off() {
    longest_on_.reset();
    off_since_ = context().now();
    exclusion_.off(*off_since_);
    if (keeps_off_date()) off_date_.set();
    // Stopped while told to be on, it will be on again, and then not longer than it was granted: the date stays.
    if (settings_.max_on && !(stopping_ && settings_.restore == Restore::last)) on_date_.drop();
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
    was_connected_ = false;
    if (!settings_.safe.on_disconnect) return;
    connection_ = context().on_connection([this](bool connected) { connection_changed(connected); });
    connection_changed(context().connected());
  }

  void connection_changed(bool connected) {
    connected_ = connected;
    was_connected_ = was_connected_ || connected;
    alone_.reset();
    if (!connected) start_alone();
  }

  void start_alone() {
    alone_ = context().after(*settings_.safe.on_disconnect, [this] {
      alone_.reset();
      end_what_waits();
      const bool safe = safe_now();
      if (line_ && on_ == safe) return;
      context().log(m2ag::LogLevel::warning,
                    "goes to its safe state: the broker has been gone for " + shown(*settings_.safe.on_disconnect));
      switch_to(safe);
      // A network that comes up later than the grace time must not make `restore: last` forget what it was told.
      if (was_connected_) remember(safe);
    });
  }

  Settings settings_;
  Exclusion exclusion_;
  KeptDate on_date_, off_date_;
  std::unique_ptr<m2ag::GpioOutput> line_;
  bool on_ = false, may_be_on_ = false, locked_ = false, connected_ = true, was_connected_ = false, stopping_ = false;
  std::int64_t operations_ = 0;
  std::optional<steady_clock::time_point> off_since_;
  steady_clock::time_point on_since_;  ///< with `max_on`, while it is on
  m2ag::Throttle save_operations_;
  m2ag::Handle longest_on_, pulse_end_, restore_, connection_, alone_, line_check_;
};

}  // namespace
}  // namespace relay

M2AG_PLUGIN("relay", "1.1.0", plugin) {
  using relay::Relay;
  relay::describe(plugin.component<Relay>("relay", "One relay on a GPIO line"))
      .channel("operations", "", "how often the relay has closed")
      .precision(0)
      .boolean("locked", "commands do not switch it")
      .command("pulse", &Relay::pulse, "goes on and, after a while, off")
      .command("lock", &Relay::lock, "commands that switch are refused from now on, also after a restart")
      .command("unlock", &Relay::unlock, "commands switch again");
}
