// `for` of a set: the channel goes back after a time. What is pending lies in the device database, so that a pump that was switched on for
// ten minutes goes off after them even when the host was restarted meanwhile.

#include <algorithm>
#include <atomic>
#include <chrono>

#include "component/instance.h"
#include "component/lane_timer.h"

namespace m2ag::host {
namespace {

constexpr std::string_view kPrefix = "for:";               // no key of a plugin has a colon
constexpr std::chrono::microseconds kAskAgain{1'000'001};  // such a `for` is one that was refused, and the log says so

std::int64_t wall_seconds(const Clock& clock) {
  return std::chrono::duration_cast<std::chrono::seconds>(clock.system_now().time_since_epoch()).count();
}

/// A row of the store that goes back to what it was unless it is kept.
class PendingRow {
 public:
  PendingRow(StateStore& store, const std::atomic<bool>& abandoned, std::string_view component, std::string key,
             Value value)
      : store_(store),
        abandoned_(abandoned),
        component_(component),
        key_(std::move(key)),
        before_(store.get(component, key_)) {
    store_.save(component_, key_, std::move(value));
  }
  ~PendingRow() {
    if (kept_ || abandoned_) return;  // given up meanwhile: the row is its successor's
    if (before_) {
      store_.save(component_, key_, *before_);
    } else {
      store_.erase(component_, key_);
    }
  }
  PendingRow(const PendingRow&) = delete;
  PendingRow& operator=(const PendingRow&) = delete;
  void keep() { kept_ = true; }

 private:
  StateStore& store_;
  const std::atomic<bool>& abandoned_;
  const std::string_view component_;
  const std::string key_;
  const std::optional<Value> before_;
  bool kept_ = false;
};

std::string key_of(const ChannelSpec& channel) { return std::string(kPrefix) + channel.name; }

struct Pending {
  Value after;
  std::int64_t since, duration;
};

/// What a row of the store says, which may be of another version of the plugin or of anybody; nothing when the channel cannot use it.
std::optional<Pending> pending_of(const Value& row, const ChannelSpec& channel) {
  const Value *after = row.find("after"), *since = row.find("since"), *duration = row.find("duration");
  if (!channel.set || after == nullptr || since == nullptr || duration == nullptr) return std::nullopt;
  if (!since->is_integer() || !duration->is_integer()) return std::nullopt;
  const auto checked = check_value(*after, channel);
  const auto* settable = std::get_if<std::variant<Value, Toggle>>(&checked);
  const Value* const value = settable == nullptr ? nullptr : std::get_if<Value>(settable);
  if (value == nullptr) return std::nullopt;
  return Pending{*value, since->as_integer(), duration->as_integer()};
}

/// Of a `for`; zero when it is over.
std::chrono::microseconds left_of(const Pending& pending, const Clock& clock) {
  const std::chrono::microseconds whole(std::clamp<std::int64_t>(pending.duration, 0, kLongestDuration.count()));
  // A clock that went backwards (no battery) must not make it longer than it was asked for.
  const std::int64_t now = std::max<std::int64_t>(0, wall_seconds(clock));
  const std::chrono::seconds passed(now - std::clamp<std::int64_t>(pending.since, 0, now));
  return std::max<std::chrono::microseconds>(whole - passed, std::chrono::microseconds(0));
}

}  // namespace

void Instance::set_for(const std::shared_ptr<const ChannelSpec>& spec, const Value& value, const Value& after,
                       std::chrono::microseconds duration) {
  // The way back is saved before the way there: a power cut between the two must not leave a pump on for ever.
  PendingRow row(
      services_.store, abandoned_, config_.id, key_of(*spec),
      Value::Map{{"after", after}, {"since", wall_seconds(services_.clock)}, {"duration", duration.count()}});
  set_channel(*spec, value);
  row.keep();
  arm(spec, after, duration);
}

void Instance::forget_duration(const ChannelSpec& spec) {
  if (pending_returns_.erase(spec.name) > 0 && !abandoned_) services_.store.erase(config_.id, key_of(spec));
}

void Instance::forget_touched(const Command& command) {
  for (const std::string& name : touched_) {
    const bool set =
        std::ranges::any_of(command.sets, [&](const ChannelSet& each) { return each.channel->name == name; });
    if (const auto spec = set ? nullptr : channel(name)) forget_duration(*spec);
  }
}

void Instance::arm(const std::shared_ptr<const ChannelSpec>& spec, const Value& after,
                   std::chrono::microseconds duration) {
  auto end = [weak = weak_from_this(), spec, after, again = duration == kAskAgain] {
    const auto self = weak.lock();
    if (!self || !self->component_ || self->abandoned_) return;
    self->services_.log.debug(self->config_.id, "{}: its time is over", spec->name);
    bool refused = false;
    self->call_plugin([&] {
      try {
        self->set_channel(*spec, after);
      } catch (const CommandError& error) {
        refused = true;
        if (!again)
          self->services_.log.warning(self->config_.id, "{}: its time is over, but {}", spec->name,
                                      self->redact_(error.what()));
      }
    });
    // A set that failed has failed the component: what is pending is kept and resumed with the next start. One that is refused (a relay
    // that is locked) is asked for until it is done, or until another set takes its place.
    if (!self->component_) return;
    refused ? self->arm(spec, after, kAskAgain) : self->forget_duration(*spec);
  };
  pending_returns_[spec->name] = {lane_timer(services_.scheduler, lane_, duration, {"for", config_.id}, std::move(end)),
                                  after};
}

void Instance::resume_durations() {
  for (const auto& [key, row] : services_.store.all(config_.id)) {
    if (!key.starts_with(kPrefix)) continue;
    const auto spec = channel(std::string_view(key).substr(kPrefix.size()));
    const auto pending = spec ? pending_of(row, *spec) : std::nullopt;
    if (!pending) {
      services_.log.warning(config_.id, "what was pending for {} no longer fits the component: dropped",
                            key.substr(kPrefix.size()));
      services_.store.erase(config_.id, key);
      continue;
    }
    arm(spec, pending->after, left_of(*pending, services_.clock));
  }
}

std::optional<Value> Instance::overdue(std::string_view name) const {
  const auto spec = channel(name);
  const auto row = spec ? services_.store.get(config_.id, key_of(*spec)) : std::nullopt;
  const auto pending = row ? pending_of(*row, *spec) : std::nullopt;
  if (!pending || left_of(*pending, services_.clock).count() > 0) return std::nullopt;
  return pending->after;
}

}  // namespace m2ag::host
