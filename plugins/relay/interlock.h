// Which relays of this process are on, for those that must never be on together. No thread of its own, no hardware; any thread may call,
// and no call waits for a line: `claim` comes before a relay is switched on, `off` after it was switched off.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace relay {

class Interlocks {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// A relay, by device and component id.
  using Key = std::pair<std::string, std::string>;

  struct Conflict {
    std::string sentence;
    std::chrono::microseconds wait{0};  ///< after it a claim may succeed, as far as is known
    bool passes = true;                 ///< by itself; false: the other one is on
  };

  /// A relay starts; nobody knows its line yet. It excludes `others` (ids of its device), and those that name it, whoever starts first.
  void join(const Key& key, std::vector<std::string> others, std::chrono::microseconds dead_time);

  /// Nothing: the relay counts as on from now on, and may be switched. Else why not: another of its interlock is on, went off less than
  /// the longer of the two dead times ago, or has a line that nobody knows.
  [[nodiscard]] std::optional<Conflict> claim(const Key& key, Time now);
  /// The relay has been switched off.
  void off(const Key& key, Time now);
  /// Nobody knows the line: it could not be taken, or not be switched.
  void unknown(const Key& key);

 private:
  enum class Line { unknown, on, off };
  struct Member {
    std::vector<std::string> others;
    std::chrono::microseconds dead_time{0};
    Line line = Line::unknown;
    Time off_since{};
    bool names(const std::string& id) const;
  };

  std::optional<Conflict> conflict(const Key& key, const Member& member, const std::string& id, const Member* other,
                                   Time now) const;

  std::mutex mutex_;
  std::map<Key, Member> members_;
};

/// "60 ms", "12 s": rounded up, so that whoever waits so long has waited long enough.
std::string shown(std::chrono::microseconds duration);

}  // namespace relay
