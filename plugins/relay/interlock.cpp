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

bool Interlocks::Member::names(const std::string& id) const {
  return std::find(others.begin(), others.end(), id) != others.end();
}

void Interlocks::join(const Key& key, std::vector<std::string> others, std::chrono::microseconds dead_time) {
  const std::lock_guard lock(mutex_);
  Member& member = members_[key];
  member.others = std::move(others);
  member.dead_time = dead_time;
  member.line = Line::unknown;
}

std::optional<Interlocks::Conflict> Interlocks::conflict(const Key& key, const Member& member, const std::string& id,
                                                         const Member* other, Time now) const {
  const std::string with = key.second + " is interlocked with " + id + ", which ";
  if (other == nullptr || other->line == Line::unknown) {
    return Conflict{with + "has no line (not started, failed, or no relay of this device): nobody knows if it is on",
                    kLookAgain, true};
  }
  if (other->line == Line::on) return Conflict{with + "is on: switch " + id + " off first", {}, false};
  const auto passed = now - other->off_since;
  const auto dead_time = std::max(member.dead_time, other->dead_time);
  if (passed >= dead_time) return std::nullopt;
  const auto wait = std::chrono::ceil<std::chrono::microseconds>(dead_time - passed);
  return Conflict{with + "went off less than " + shown(dead_time) + " ago: wait " + shown(wait), wait, true};
}

std::optional<Interlocks::Conflict> Interlocks::claim(const Key& key, Time now) {
  const std::lock_guard lock(mutex_);
  Member& member = members_[key];
  for (const std::string& id : member.others) {
    const auto other = members_.find({key.first, id});
    if (auto found = conflict(key, member, id, other == members_.end() ? nullptr : &other->second, now)) return found;
  }
  for (const auto& [other, its] : members_) {
    if (other.first != key.first || !its.names(key.second) || member.names(other.second)) continue;
    if (auto found = conflict(key, member, other.second, &its, now)) return found;
  }
  member.line = Line::on;
  return std::nullopt;
}

void Interlocks::off(const Key& key, Time now) {
  const std::lock_guard lock(mutex_);
  Member& member = members_[key];
  member.line = Line::off;
  member.off_since = now;
}

void Interlocks::unknown(const Key& key) {
  const std::lock_guard lock(mutex_);
  members_[key].line = Line::unknown;
}

}  // namespace relay
