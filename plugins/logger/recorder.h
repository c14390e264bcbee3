// Turns MQTT messages into what the history keeps: samples of series, messages of the traffic log, events and statuses. Knows no broker and
// no file. Used by one thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "device_topics.h"
#include "foreign_source.h"
#include "history/sampling.h"
#include "mqtt/reader/batch.h"
#include "settings.h"

namespace logger {

class Recorder {
 public:
  /// Gives the series of that name and kind its number: Writer::series.
  using FindSeries = std::function<m2ag::host::history::Series(const m2ag::host::history::Series& wanted)>;

  /// Throws m2ag::ConfigError.
  Recorder(const Params& params, const std::string& base, FindSeries find_series);

  /// What of it is kept, at the end of `batch`.
  void add(const m2ag::host::reader::Message& message, std::chrono::system_clock::time_point received,
           m2ag::host::history::Batch& batch);

  /// Since the last call: a sentence about a message of a source that was not what it should be, if there was one.
  std::optional<std::string> problem();

 private:
  using Time = m2ag::host::history::Time;
  /// The series of one name, and its numbers by kind.
  struct Line {
    std::string name;
    std::optional<m2ag::host::history::SeriesId> ids[3];
    m2ag::host::history::Sampling sampling;
  };
  /// What a topic is, looked at once.
  struct Topic {
    std::optional<DeviceTopic> device;
    std::shared_ptr<Line> line;  ///< of a device's value
    std::vector<const ForeignSource*> sources;
    bool is_logged = false;
    std::string newest;  ///< of statuses and availabilities: what was kept last
    std::string text;    ///< what `device` points into
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  template <class T>
  using ByText = std::unordered_map<std::string, T, Hash, std::equal_to<>>;

  Topic& topic(std::string_view text);
  std::shared_ptr<Line> line(const std::string& name);
  void add_sample(Line& line, const m2ag::Value& value, Time time, bool is_certain, m2ag::host::history::Batch& batch);
  void add_happening(Topic& topic, const m2ag::host::reader::Message& message, Time time,
                     m2ag::host::history::Batch& batch) const;

  const Params params_;
  const DeviceTopics devices_;
  const FindSeries find_series_;
  std::vector<ForeignSource> sources_;
  std::vector<TopicPattern> logged_;
  ByText<Topic> topics_;
  ByText<std::shared_ptr<Line>> lines_;
  std::optional<std::string> problem_;
};

}  // namespace logger
