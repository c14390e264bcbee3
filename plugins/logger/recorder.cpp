#include "recorder.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "payload.h"

namespace logger {
namespace {

namespace history = m2ag::host::history;
namespace reader = m2ag::host::reader;

// Bounds for what strangers may fill. With more topics, or longer ones, their table is begun anew; further series are not kept.
constexpr std::size_t kMostTopics = 100'000, kMostTopicBytes = std::size_t{16} * 1024 * 1024, kMostSeries = 100'000;
constexpr std::size_t kLongestName = 512, kLongestDetail = std::size_t{64} * 1024;
/// A device's date is believed from here on: 2024.
constexpr history::Time kFirstDate = 1'704'067'200'000;

history::Time milliseconds(std::chrono::system_clock::time_point time) {
  return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

history::Kind kind_of(const m2ag::Value& value) {
  if (value.is_bool()) return history::Kind::boolean;
  return value.is_number() ? history::Kind::number : history::Kind::text;
}

std::string quoted(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

Recorder::Recorder(const Params& params, const std::string& base, FindSeries find_series, std::string_view receipts)
    : params_(params), devices_(base), find_series_(std::move(find_series)), receipts_(receipts) {
  for (std::size_t i = 0; i < params_.sources.size(); ++i) {
    try {
      sources_.emplace_back(params_.sources[i]);
    } catch (const m2ag::ConfigError& error) {
      throw m2ag::ConfigError("sources." + std::to_string(i) + ": " + error.what());
    }
  }
  for (const std::string& filter : filters(params_, base)) asked_.emplace_back(filter);
  was_bad_.resize(sources_.size());
  for (const std::string& filter : params_.messages) logged_.emplace_back(filter);
}

void Recorder::add(const reader::Message& message, std::chrono::system_clock::time_point received,
                   history::Batch& batch) {
  Topic& known = topic(message.topic);
  if (is_copy(message, known)) return;
  const history::Time arrival = milliseconds(received);
  const bool has_date = message.time && *message.time >= kFirstDate && *message.time <= arrival + ahead_;
  const history::Time time = has_date ? *message.time : arrival;
  // A sample with a date that comes again is the same sample.
  const bool is_same_again = has_date && known.line && known.sources.empty() && !known.is_logged;
  if (!is_same_again) {
    if (receipts_.has(message)) return;
    receipts_.add(message);
  }
  if (known.is_logged)
    batch.messages.push_back(
        {arrival, std::string(message.topic), std::string(message.payload), message.qos, message.retain});
  if (message.too_long) return;
  // What the broker kept from before we came: since when it is so is not known without a date.
  const Moment moment{time, has_date, has_date || !message.retain};
  if (known.line) {
    if (const auto value = read_bare(message.payload)) add_sample(*known.line, *value, moment, batch);
  } else if (known.device) {
    add_happening(known, message, time, batch);
  }
  add_foreign(message, known, moment, batch);
}

void Recorder::add_foreign(const reader::Message& message, const Topic& known, const Moment& moment,
                           history::Batch& batch) {
  for (const std::size_t place : known.sources) {
    std::string problem;
    for (const Reading& reading : sources_[place].read(message.topic, message.payload, problem)) {
      if (const auto one = line(reading.series)) add_sample(*one, reading.value, moment, batch);
    }
    if (!problem.empty() && !was_bad_[place]) problem_ = std::string(message.topic.substr(0, 200)) + ": " + problem;
    was_bad_[place] = !problem.empty();
  }
}

bool Recorder::is_copy(const reader::Message& message, const Topic& known) const {
  if (message.subscription == 0 || message.subscription == known.subscription) return false;
  return std::ranges::any_of(
      asked_, [&](const TopicPattern& each) { return reader::subscription_id(each.filter()) == message.subscription; });
}

std::optional<std::string> Recorder::problem() { return std::exchange(problem_, std::nullopt); }

Recorder::Topic& Recorder::topic(std::string_view text) {
  if (const auto known = topics_.find(text); known != topics_.end()) return known->second;
  if (topics_.size() >= kMostTopics || topic_bytes_ >= kMostTopicBytes) {
    topics_.clear();
    topic_bytes_ = 0;
  }
  topic_bytes_ += 2 * text.size();
  Topic& topic = topics_[std::string(text)];
  topic.text = text;
  if (params_.devices) topic.device = devices_.read(topic.text);
  if (topic.device && topic.device->kind == TopicKind::value) {
    topic.line = line(topic.device->series());
    if (!topic.line) topic.device.reset();
  }
  for (std::size_t place = 0; place < sources_.size(); ++place) {
    if (sources_[place].matches(text)) topic.sources.push_back(place);
  }
  const auto first =
      std::ranges::find_if(asked_, [&](const TopicPattern& each) { return each.match(text).has_value(); });
  if (first != asked_.end()) topic.subscription = reader::subscription_id(first->filter());
  topic.is_logged =
      std::ranges::any_of(logged_, [&](const TopicPattern& each) { return each.match(text).has_value(); });
  return topic;
}

std::shared_ptr<Recorder::Line> Recorder::line(const std::string& name) {
  if (const auto known = lines_.find(name); known != lines_.end()) return known->second;
  if (name.size() > kLongestName) {
    problem_ = "a series is not kept, its name is longer than " + std::to_string(kLongestName) +
               " bytes: " + name.substr(0, 200);
    return nullptr;
  }
  if (lines_.size() >= kMostSeries) {
    if (!std::exchange(is_full_, true))
      problem_ =
          "there are more than " + std::to_string(kMostSeries) + " series: further ones are not kept, first " + name;
    return nullptr;
  }
  auto line = std::make_shared<Line>(Line{name, {}, history::Sampling(sampling_rule(params_, name))});
  lines_.emplace(name, line);
  return line;
}

void Recorder::add_sample(Line& line, const m2ag::Value& value, const Moment& moment, history::Batch& batch) {
  history::SeriesSample sample;
  const history::Kind kind = kind_of(value);
  sample.sample.time = moment.time;
  if (!moment.has_date) sample.sample.time = line.newest = std::max(moment.time, line.newest + 1);
  if (kind == history::Kind::text) {
    sample.sample.text = value.as_text();
  } else {
    sample.sample.number = kind == history::Kind::boolean ? (value.as_bool() ? 1 : 0) : value.as_number();
  }
  if (!moment.is_certain) sample.sample.quality = history::Quality::uncertain;
  if (!line.sampling.keeps(sample.sample)) return;
  auto& id = line.ids[static_cast<std::size_t>(kind)];
  if (!id) {
    history::Series wanted;
    wanted.name = line.name;
    wanted.kind = kind;
    wanted.counter = kind == history::Kind::number && is_counter(params_, line.name);
    id = find_series_(wanted).id;
  }
  sample.series = *id;
  batch.samples.push_back(std::move(sample));
}

void Recorder::add_happening(Topic& topic, const reader::Message& message, history::Time time,
                             history::Batch& batch) const {
  const DeviceTopic& device = *topic.device;
  if (message.payload.empty() || message.payload.size() > kLongestDetail) return;  // empty: takes a retained one away
  if (device.kind != TopicKind::event) {
    // Said again after each reconnect.
    const std::uint64_t sum = std::hash<std::string>()(std::to_string(time).append(1, ' ').append(message.payload));
    if (sum == topic.newest) return;
    topic.newest = sum;
  }
  history::Happening happening;
  happening.time = time;
  happening.device = device.device;
  happening.source = device.component;
  happening.type = device.kind == TopicKind::event    ? std::string(device.name)
                   : device.kind == TopicKind::status ? "status"
                                                      : "availability";
  happening.detail = device.kind == TopicKind::availability ? quoted(message.payload) : std::string(message.payload);
  batch.happenings.push_back(std::move(happening));
}

}  // namespace logger
