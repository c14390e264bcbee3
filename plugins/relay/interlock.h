// Which relays of this process are on, for those that must never be on together. No thread of its own, no hardware; any thread may call,
// and no call waits for a line: `claim` comes before a relay is switched on, `off` after it was switched off.
#pragma once

#include <chrono>
#include <functional>
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

  struct Other {
    std::string id;             ///< of the same device
    bool may_have_line = true;  ///< false: no relay runs by that id, whatever did before: nobody knows its line
  };
  /// Whom a relay excludes at this moment: those that it names, and those that name it.
  using Others = std::function<std::vector<Other>()>;

  /// A relay starts; nobody knows its line yet.
  void join(const Key& key, std::chrono::microseconds dead_time);

  /// Nothing: the relay counts as on from now on, and may be switched. Else why not: one of the others is on, went off less than the longer
  /// of the two dead times ago, or has a line that nobody knows. `others` is called while no one else can claim: of two that exclude each
  /// other from now on, whoever learns it later finds the claim of the other one.
  [[nodiscard]] std::optional<Conflict> claim(const Key& key, const Others& others, Time now);
  /// The relay is off, and has been since then.
  void off(const Key& key, Time since);
  /// Nobody knows the line: it could not be taken, or not be switched.
  void unknown(const Key& key);

 private:
  enum class Line { unknown, on, off };
  struct Member {
    std::chrono::microseconds dead_time{0};
    Line line = Line::unknown;
    Time off_since{};
  };

  std::optional<Conflict> conflict(const Key& key, const Member& member, const Other& other, Time now) const;

  std::mutex mutex_;
  std::map<Key, Member> members_;  ///< who has ever joined; who excludes whom is not in it
};

/// "60 ms", "12 s": rounded up, so that whoever waits so long has waited long enough.
std::string shown(std::chrono::microseconds duration);

}  // namespace relay
