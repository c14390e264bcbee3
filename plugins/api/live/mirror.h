// What the devices have published last: the newest of each topic, and the last moments (events, log lines). Whoever follows asks for what
// is newer than a number, so that a follower who is slow costs nothing and gets the newest state instead of a queue. Any thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mqtt/message.h"

namespace api {

struct Newest {
  std::string payload;
  std::int64_t time = 0;     ///< ms since 1970, as the device says; when it came where that says nothing
  std::uint64_t number = 0;  ///< grows with each change of any topic
};

struct Change {
  std::string topic;
  std::string payload;  ///< empty: the topic is cleared
  std::int64_t time = 0;
  bool is_moment = false;
};

struct Changes {
  std::vector<Change> all;
  std::uint64_t next = 0;  ///< what to ask for then
  bool has_more = false;   ///< there was more than was asked for
};

class Mirror {
 public:
  using Filter = std::function<bool(std::string_view topic)>;

  static constexpr std::size_t kMostTopics = 200'000, kMostMoments = 1'000;
  static constexpr std::size_t kMostBytes = std::size_t{64} * 1024 * 1024;

  /// `now`: ms since 1970. False: there is no room for another topic.
  bool apply(const m2ag::host::MqttMessage& message, std::int64_t now);

  std::optional<Newest> find(const std::string& topic) const;
  /// All whose topics begin with `prefix`, sorted.
  std::vector<std::pair<std::string, Newest>> below(std::string_view prefix) const;

  /// The number of the newest change.
  std::uint64_t newest() const;
  /// The newest of each topic that has changed since `number`, in the order of the changes, until `most_bytes` are together.
  Changes since(std::uint64_t number, const Filter& filter, std::size_t most_bytes) const;
  /// Moments older than this are gone.
  std::uint64_t oldest_moment() const;
  /// Of the state: what comes after `topic`, sorted, until `most_bytes` are together. `next` is 0 when that was the last.
  Changes state_after(const std::string& topic, const Filter& filter, std::size_t most_bytes) const;

 private:
  struct Moment {
    std::uint64_t number;
    Change change;
  };

  mutable std::mutex mutex_;
  std::map<std::string, Newest, std::less<>>
      topics_;  ///< a cleared one stays until kCleared others were, so that followers hear of it
  std::map<std::uint64_t, std::string> by_number_;  ///< topics in the order of their last changes
  std::deque<Moment> moments_;
  std::deque<std::string> cleared_;
  std::uint64_t number_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace api
