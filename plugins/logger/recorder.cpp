#include "recorder.h"

#include <algorithm>
#include <utility>

#include "payload.h"

namespace logger {
namespace {

namespace history = m2ag::host::history;
namespace reader = m2ag::host::reader;

/// A bound for what strangers may fill: with more topics than this the table is begun anew.
constexpr std::size_t kMostTopics = 100'000;
/// A device's date is believed from here (2024) up to ten minutes from now.
constexpr history::Time kFirstDate = 1'704'067'200'000;
constexpr history::Time kAhead = 10 * 60 * 1000;

history::Time milliseconds(std::chrono::system_clock::time_point time) {
  return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

history::Kind kind_of(const m2ag::Value& value) {
  if (value.is_bool()) return history::Kind::boolean;
  return value.is_number() ? history::Kind::number : history::Kind::text;
}

}  // namespace

Recorder::Recorder(const Params& params, const std::string& base, FindSeries find_series)
    : params_(params), devices_(base), find_series_(std::move(find_series)) {
  for (std::size_t i = 0; i < params_.sources.size(); ++i) {
    try {
      sources_.emplace_back(params_.sources[i]);
    } catch (const m2ag::ConfigError& error) {
      throw m2ag::ConfigError("sources." + std::to_string(i) + ": " + error.what());
    }
  }
  for (const std::string& filter : params_.messages) logged_.emplace_back(filter);
}

void Recorder::add(const reader::Message& message, std::chrono::system_clock::time_point received,
                   history::Batch& batch) {
  Topic& known = topic(message.topic);
  const history::Time arrival = milliseconds(received);
  const bool has_date = message.time && *message.time >= kFirstDate && *message.time <= arrival + kAhead;
  const history::Time time = has_date ? *message.time : arrival;
  if (known.is_logged)
    batch.messages.push_back(
        {arrival, std::string(message.topic), std::string(message.payload), message.qos, message.retain});
  if (message.too_long) return;
  if (known.line) {
    // What the broker kept from before we came: since when it is so is not known without a date.
    if (const auto value = read_bare(message.payload))
      add_sample(*known.line, *value, time, has_date || !message.retain, batch);
  } else if (known.device) {
    add_happening(known, message, time, batch);
  }
  for (const ForeignSource* source : known.sources) {
    std::string problem;
    for (const Reading& reading : source->read(message.topic, message.payload, problem))
      add_sample(*line(reading.series), reading.value, time, has_date || !message.retain, batch);
    if (!problem.empty()) problem_ = std::string(message.topic.substr(0, 200)) + ": " + problem;
  }
}

std::optional<std::string> Recorder::problem() { return std::exchange(problem_, std::nullopt); }

Recorder::Topic& Recorder::topic(std::string_view text) {
  if (const auto known = topics_.find(text); known != topics_.end()) return known->second;
  if (topics_.size() >= kMostTopics) topics_.clear();
  Topic& topic = topics_[std::string(text)];
  topic.text = text;
  if (params_.devices) topic.device = devices_.read(topic.text);
  if (topic.device && topic.device->kind == TopicKind::value) topic.line = line(topic.device->series());
  for (const ForeignSource& source : sources_) {
    if (source.matches(text)) topic.sources.push_back(&source);
  }
  topic.is_logged =
      std::ranges::any_of(logged_, [&](const TopicPattern& each) { return each.match(text).has_value(); });
  return topic;
}

std::shared_ptr<Recorder::Line> Recorder::line(const std::string& name) {
  if (const auto known = lines_.find(name); known != lines_.end()) return known->second;
  if (lines_.size() >= kMostTopics) lines_.clear();
  auto line = std::make_shared<Line>(Line{name, {}, history::Sampling(sampling_rule(params_, name))});
  lines_.emplace(name, line);
  return line;
}

void Recorder::add_sample(Line& line, const m2ag::Value& value, history::Time time, bool is_certain,
                          history::Batch& batch) {
  history::SeriesSample sample;
  const history::Kind kind = kind_of(value);
  sample.sample.time = time;
  if (kind == history::Kind::text) {
    sample.sample.text = value.as_text();
  } else {
    sample.sample.number = kind == history::Kind::boolean ? (value.as_bool() ? 1 : 0) : value.as_number();
  }
  if (!is_certain) sample.sample.quality = history::Quality::uncertain;
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
  if (message.payload.empty()) return;  // takes a retained one away
  if (device.kind != TopicKind::event) {
    // Said again after each reconnect.
    std::string newest = std::to_string(time).append(1, ' ').append(message.payload);
    if (newest == topic.newest) return;
    topic.newest = std::move(newest);
  }
  history::Happening happening;
  happening.time = time;
  happening.device = device.device;
  happening.source = device.component;
  happening.type = device.kind == TopicKind::event    ? std::string(device.name)
                   : device.kind == TopicKind::status ? "status"
                                                      : "availability";
  happening.detail =
      device.kind == TopicKind::availability ? '"' + std::string(message.payload) + '"' : std::string(message.payload);
  batch.happenings.push_back(std::move(happening));
}

}  // namespace logger
