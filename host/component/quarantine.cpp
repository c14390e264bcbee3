#include "component/quarantine.h"

#include <fmt/format.h>

namespace m2ag::host {
namespace {

/// No id of a component, so that no plugin's memory is among it.
constexpr std::string_view kKeptUnder = "#crashes";

std::int64_t seconds(Quarantine::Time time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

std::string text(const Value& record, std::string_view key) {
  const Value* const value = record.find(key);
  return value != nullptr && value->is_text() ? value->as_text() : std::string();
}

bool is_quarantined(const Value& record) {
  const Value* const value = record.find("quarantined");
  return value != nullptr && value->is_bool() && value->as_bool();
}

}  // namespace

Quarantine::Count Quarantine::crashed(std::string_view id, std::string_view fingerprint, std::string_view what,
                                      Time time) {
  const Value before = store_.get(kKeptUnder, id).value_or(Value(Value::Map{}));
  Value::List times;
  const Value* const known = before.find("times");
  if (known != nullptr && known->is_list() && text(before, "fingerprint") == fingerprint) {
    for (const Value& each : known->as_list()) {
      // In both directions: a clock that was set back must not keep crashes for ever.
      const auto apart = each.is_integer() ? std::abs(seconds(time) - each.as_integer()) : kWindow.count() * 60 + 1;
      if (apart <= std::chrono::seconds(kWindow).count()) times.push_back(each);
    }
  }
  times.emplace_back(seconds(time));
  const Count count{times.size(), times.size() >= kCrashes};
  store_.save(kKeptUnder, id,
              Value::Map{{"fingerprint", std::string(fingerprint)},
                         {"times", std::move(times)},
                         {"what", std::string(what)},
                         {"quarantined", count.quarantined}});
  return count;
}

std::optional<std::string> Quarantine::reason(std::string_view id, std::string_view fingerprint,
                                              std::string_view victim) {
  const auto record = store_.get(kKeptUnder, id);
  if (!record || !is_quarantined(*record)) return std::nullopt;
  if (text(*record, "fingerprint") != fingerprint) {
    release(id);
    log_.info(id, "its settings or its plugin have changed: no longer quarantined");
    return std::nullopt;
  }
  return fmt::format(
      "crashed {} {} times within {} minutes, the last time by {}; stays quarantined until its "
      "settings or its plugin change, or request/retry",
      victim, kCrashes, kWindow.count(), text(*record, "what"));
}

bool Quarantine::release(std::string_view id) {
  const auto record = store_.get(kKeptUnder, id);
  if (record) store_.erase(kKeptUnder, id);
  return record && is_quarantined(*record);
}

}  // namespace m2ag::host
