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
#include "receipts.h"
#include "settings.h"

namespace logger {

class Recorder {
 public:
  /// Gives the series of that name and kind its number: Writer::series.
  using FindSeries = std::function<m2ag::host::history::Series(const m2ag::host::history::Series& wanted)>;

  /// `receipts`: what an earlier one gave with the newest batch. Throws m2ag::ConfigError.
  Recorder(const Params& params, const std::string& base, FindSeries find_series, std::string_view receipts = {});

  /// Whether the network keeps the clock of this machine right, as at first is taken for granted. While it does not, devices are believed whose
  /// dates are later: after a power cut a clock goes on from when it stopped.
  void set_clock_right(bool right) { ahead_ = right ? kAhead : kFarAhead; }
  /// What of it is kept, at the end of `batch`.
  void add(const m2ag::host::reader::Message& message, std::chrono::system_clock::time_point received,
           m2ag::host::history::Batch& batch);

  /// To be written with the batch that was made since the last call, unless that is empty.
  std::string receipts() { return receipts_.next(); }

  /// Since the last call: a sentence about what could not be kept, if there was something new: of a source the first message after good ones.
  std::optional<std::string> problem();

 private:
  using Time = m2ag::host::history::Time;
  /// How much later than ours a device's date may be.
  static constexpr Time kAhead = 10 * 60 * 1000, kFarAhead = Time{366} * 24 * 3600 * 1000;
  /// The series of one name, and its numbers by kind.
  struct Line {
    std::string name;
    std::optional<m2ag::host::history::SeriesId> ids[3];
    m2ag::host::history::Sampling sampling;
    Time newest = 0;  ///< that we gave ourselves: samples that arrive together without a date stay apart, and in order
  };
  /// What a topic is, looked at once.
  struct Topic {
    std::optional<DeviceTopic> device;
    std::shared_ptr<Line> line;        ///< of a device's value
    std::vector<std::size_t> sources;  ///< places in sources_
    bool is_logged = false;
    std::uint32_t subscription = 0;  ///< of the first filter that matches
    std::uint64_t newest = 0;        ///< of statuses and availabilities: what was kept last, as a sum
    std::string text;                ///< what `device` points into
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  template <class T>
  using ByText = std::unordered_map<std::string, T, Hash, std::equal_to<>>;

  /// When something is so, and whether who sent it says so.
  struct Moment {
    Time time = 0;
    bool has_date = false, is_certain = false;
  };

  Topic& topic(std::string_view text);
  /// A copy for another filter than the first that matches. One for a filter of earlier settings is none.
  bool is_copy(const m2ag::host::reader::Message& message, const Topic& known) const;
  /// Nothing when there are too many series already, or the name is too long.
  std::shared_ptr<Line> line(const std::string& name);
  void add_foreign(const m2ag::host::reader::Message& message, const Topic& known, const Moment& moment,
                   m2ag::host::history::Batch& batch);
  void add_sample(Line& line, const m2ag::Value& value, const Moment& moment, m2ag::host::history::Batch& batch);
  void add_happening(Topic& topic, const m2ag::host::reader::Message& message, Time time,
                     m2ag::host::history::Batch& batch) const;

  const Params params_;
  const DeviceTopics devices_;
  const FindSeries find_series_;
  std::vector<ForeignSource> sources_;
  std::vector<bool> was_bad_;  ///< by source: its last message was no good one
  std::vector<TopicPattern> logged_;
  std::vector<TopicPattern> asked_;  ///< all filters
  ByText<Topic> topics_;
  std::size_t topic_bytes_ = 0;
  ByText<std::shared_ptr<Line>> lines_;
  bool is_full_ = false;  ///< too many series: told once
  std::optional<std::string> problem_;
  Receipts receipts_;
  Time ahead_ = kAhead;
};

}  // namespace logger
