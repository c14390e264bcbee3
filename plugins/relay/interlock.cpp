#include "interlock.h"

#include <algorithm>
#include <utility>

namespace relay {

namespace {

// How soon to look again at a relay that has not started.
constexpr std::chrono::milliseconds kLookAgain{500};

}  // namespace

std::string shown(std::chrono::microseconds duration) {
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(duration);
  if (milliseconds < std::chrono::seconds(10) && milliseconds.count() % 1000 != 0)
    return std::to_string(milliseconds.count()) + " ms";
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(duration).count()) + " s";
}

void Interlocks::join(const Key& key, std::chrono::microseconds dead_time) {
  const std::lock_guard lock(mutex_);
  Member& member = members_[key];
  member.dead_time = dead_time;
  member.line = Line::unknown;
}

std::optional<Interlocks::Conflict> Interlocks::conflict(const Key& key, const Member& member, const Other& other,
                                                         Time now) const {
  const std::string with = key.second + " is interlocked with " + other.id + ", which ";
  const auto entry = other.may_have_line ? members_.find({key.first, other.id}) : members_.end();
  if (entry == members_.end() || entry->second.line == Line::unknown) {
    return Conflict{with + "has no line (not started, failed, or no relay of this device): nobody knows if it is on",
                    kLookAgain, true};
  }
  const Member& its = entry->second;
  if (its.line == Line::on) return Conflict{with + "is on: switch " + other.id + " off first", {}, false};
  const auto passed = now - its.off_since;
  const auto dead_time = std::max(member.dead_time, its.dead_time);
  if (passed >= dead_time) return std::nullopt;
  const auto wait = std::chrono::ceil<std::chrono::microseconds>(dead_time - passed);
  return Conflict{with + "went off less than " + shown(dead_time) + " ago: wait " + shown(wait), wait, true};
}

std::optional<Interlocks::Conflict> Interlocks::claim(const Key& key, const Others& others, Time now) {
  const std::lock_guard lock(mutex_);
  Member& member = members_[key];
  for (const Other& other : others()) {
    if (auto found = conflict(key, member, other, now)) return found;
  }
  member.line = Line::on;
  return std::nullopt;
}

void Interlocks::off(const Key& key, Time since) {
  const std::lock_guard lock(mutex_);
  Member& member = members_[key];
  member.line = Line::off;
  member.off_since = since;
}

void Interlocks::unknown(const Key& key) {
  const std::lock_guard lock(mutex_);
  members_[key].line = Line::unknown;
}

}  // namespace relay
