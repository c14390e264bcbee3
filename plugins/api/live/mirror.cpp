#include "live/mirror.h"

namespace api {
namespace {

constexpr std::size_t kMostCleared = 1'000;

std::size_t size_of(std::string_view topic, std::string_view payload) {
  return topic.size() * 2 + payload.size() + 200;
}

}  // namespace

bool Mirror::apply(const m2ag::host::MqttMessage& message, std::int64_t now) {
  const std::int64_t time = message.time.value_or(now);
  const std::lock_guard lock(mutex_);
  if (!message.retained) {
    moments_.push_back({++number_, {std::string(message.topic), std::string(message.payload), time, true}});
    if (moments_.size() > kMostMoments) moments_.pop_front();
    return true;
  }
  auto found = topics_.find(message.topic);
  if (found == topics_.end()) {
    if (message.payload.empty()) return true;
    const std::size_t size = size_of(message.topic, message.payload);
    if (topics_.size() >= kMostTopics || bytes_ + size > kMostBytes) return false;
    bytes_ += size;
    found = topics_.emplace(std::string(message.topic), Newest()).first;
  } else {
    by_number_.erase(found->second.number);
    bytes_ = bytes_ - found->second.payload.size() + message.payload.size();
  }
  found->second = {std::string(message.payload), time, ++number_};
  by_number_.emplace(number_, found->first);
  if (!message.payload.empty()) return true;
  cleared_.push_back(found->first);
  if (cleared_.size() <= kMostCleared) return true;
  if (const auto old = topics_.find(cleared_.front()); old != topics_.end() && old->second.payload.empty()) {
    by_number_.erase(old->second.number);
    bytes_ -= size_of(old->first, {});
    topics_.erase(old);
  }
  cleared_.pop_front();
  return true;
}

std::optional<Newest> Mirror::find(const std::string& topic) const {
  const std::lock_guard lock(mutex_);
  const auto found = topics_.find(topic);
  if (found == topics_.end() || found->second.payload.empty()) return {};
  return found->second;
}

std::vector<std::pair<std::string, Newest>> Mirror::below(std::string_view prefix) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<std::string, Newest>> found;
  for (auto each = topics_.lower_bound(prefix); each != topics_.end() && each->first.starts_with(prefix); ++each) {
    if (!each->second.payload.empty()) found.emplace_back(*each);
  }
  return found;
}

std::uint64_t Mirror::newest() const {
  const std::lock_guard lock(mutex_);
  return number_;
}

std::uint64_t Mirror::oldest_moment() const {
  const std::lock_guard lock(mutex_);
  return moments_.size() < kMostMoments ? 0 : moments_.front().number;
}

Changes Mirror::since(std::uint64_t number, const Filter& filter, std::size_t most_bytes) const {
  const std::lock_guard lock(mutex_);
  Changes changes;
  changes.next = number;
  auto state = by_number_.upper_bound(number);
  auto moment = std::lower_bound(moments_.begin(), moments_.end(), number + 1,
                                 [](const Moment& each, std::uint64_t wanted) { return each.number < wanted; });
  std::size_t bytes = 0;
  while (state != by_number_.end() || moment != moments_.end()) {
    if (bytes >= most_bytes) {
      changes.has_more = true;
      return changes;
    }
    const bool is_state = moment == moments_.end() || (state != by_number_.end() && state->first < moment->number);
    changes.next = is_state ? state->first : moment->number;
    Change change = is_state ? Change{state->second, {}, 0, false} : moment->change;
    if (is_state)
      ++state;
    else
      ++moment;
    if (!filter(change.topic)) continue;
    if (is_state) {
      const Newest& newest = topics_.find(change.topic)->second;
      change.payload = newest.payload;
      change.time = newest.time;
    }
    bytes += size_of(change.topic, change.payload);
    changes.all.push_back(std::move(change));
  }
  changes.next = number_;
  return changes;
}

Changes Mirror::state_after(const std::string& topic, const Filter& filter, std::size_t most_bytes) const {
  const std::lock_guard lock(mutex_);
  Changes changes;
  std::size_t bytes = 0;
  for (auto each = topics_.upper_bound(topic); each != topics_.end(); ++each) {
    if (each->second.payload.empty() || !filter(each->first)) continue;
    if (bytes >= most_bytes) {
      changes.has_more = true;
      return changes;
    }
    bytes += size_of(each->first, each->second.payload);
    changes.all.push_back({each->first, each->second.payload, each->second.time, false});
  }
  return changes;
}

}  // namespace api
