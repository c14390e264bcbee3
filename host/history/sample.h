// What the history keeps: series, samples, MQTT messages and happenings, as plain values. Times are milliseconds since 1970-01-01 UTC:
// 1 ms is finer than any sensor here, and half the bytes of microseconds. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace m2ag::host::history {

using Time = std::int64_t;  ///< ms since 1970-01-01 00:00:00 UTC
using SeriesId = std::int64_t;

/// Years 1970 to 9999: what can be written as a date. Everything else is refused before it is stored.
inline constexpr Time kFirstTime = 0;
inline constexpr Time kLastTime = 253'402'300'799'999;

inline constexpr std::size_t kMaxText = std::size_t{64} * 1024;  ///< bytes of a text sample

enum class Kind : std::uint8_t { number = 0, boolean = 1, text = 2 };
/// `bad`: is kept and shown, but counts in no rollup.
enum class Quality : std::uint8_t { good = 0, uncertain = 1, bad = 2 };

struct Series {
  SeriesId id = 0;
  std::string name;  ///< `device/component/channel`
  Kind kind = Kind::number;
  std::string unit;
  bool counter = false;         ///< only grows, except when it starts again: rollups have its increase
  Time raw_floor = kFirstTime;  ///< older samples were deleted by retention, and are not taken any more
};

struct Sample {
  Time time = 0;
  double number = 0;  ///< of a boolean: 0 or 1
  std::string text;   ///< of a text only
  Quality quality = Quality::good;

  friend bool operator==(const Sample&, const Sample&) = default;
};

struct SeriesSample {
  SeriesId series = 0;
  Sample sample;
};

struct Message {
  Time time = 0;
  std::string topic;
  std::string payload;
  std::uint8_t qos = 0;
  bool retain = false;

  friend bool operator==(const Message&, const Message&) = default;
};

/// An event of a device, the status of a component, a run of a rule.
struct Happening {
  Time time = 0;
  std::string device;
  std::string source;  ///< component or rule; empty: the device
  std::string type;    ///< `component_failed`, `status`, `rule_fired`, …
  std::string detail;  ///< JSON, or empty

  friend bool operator==(const Happening&, const Happening&) = default;
};

/// A word that the owner keeps in the file.
struct Note {
  std::string name;
  std::string text;
};

/// One transaction.
struct Batch {
  std::vector<SeriesSample> samples;
  std::vector<Message> messages;
  std::vector<Happening> happenings;
  std::vector<Note> notes;

  /// Notes alone are nothing to write.
  bool empty() const { return samples.empty() && messages.empty() && happenings.empty(); }
};

}  // namespace m2ag::host::history
