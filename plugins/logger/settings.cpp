#include "settings.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

namespace logger {
namespace {

namespace history = m2ag::host::history;
namespace reader = m2ag::host::reader;
using m2ag::ConfigError;

/// A day of MQTT traffic and more; what is left after it would be older than anybody waits for.
constexpr std::chrono::hours kSessionExpiry{24 * 7};
/// MQTT's most: with fewer the broker would wait for the disk, whose commit acknowledges them, once a second.
constexpr std::uint16_t kReceiveMaximum = 65'535;
constexpr std::size_t kUnacknowledged = 100'000;

history::Days days(std::chrono::milliseconds time) { return std::chrono::duration_cast<history::Days>(time); }

void check_days(std::chrono::milliseconds time, const std::string& where) {
  if (days(time) != time) throw ConfigError(where + ": expected whole days such as 30d, or 0 for ever");
}

void check_filter(const std::string& filter, const std::string& where) {
  try {
    const TopicPattern pattern(filter);
  } catch (const ConfigError& error) {
    throw ConfigError(where + ": " + error.what());
  }
}

std::string entry(const char* list, std::size_t place) { return std::string(list) + '.' + std::to_string(place); }

void check_keep(const KeepSettings& keep, const std::string& where) {
  check_filter(keep.series, where + ".series");
  if (keep.strategy == Keep::threshold && keep.delta <= 0)
    throw ConfigError(where + ".delta: the strategy threshold needs one above 0");
  if (keep.strategy != Keep::threshold && keep.delta > 0)
    throw ConfigError(where + ".delta: goes with the strategy threshold alone");
}

/// Rollups outlive what they are made of: history::RetentionRule.
void check_retention(const RetentionSettings& retention, const std::string& where) {
  check_filter(retention.series, where + ".series");
  check_days(retention.samples, where + ".samples");
  check_days(retention.minutes, where + ".minutes");
  check_days(retention.hours, where + ".hours");
  const auto longer = [&](std::chrono::milliseconds fine, std::chrono::milliseconds coarse, history::Days more,
                          const char* names[2]) {
    if (coarse.count() == 0) return;
    if (fine.count() == 0)
      throw ConfigError(where + '.' + names[1] + ": without " + names[0] +
                        " those are kept for ever, and these with them");
    if (coarse < fine + more)
      throw ConfigError(where + '.' + names[1] + ": expected at least " + std::to_string(days(fine + more).count()) +
                        "d, since " + names[0] + " are kept for " + std::to_string(days(fine).count()) + 'd');
  };
  const char* fine[] = {"samples", "minutes"};
  longer(retention.samples, retention.minutes, history::Days(2), fine);
  const char* coarse[] = {"minutes", "hours"};
  longer(retention.minutes, retention.hours, history::Days(0), coarse);
}

void check_file(const std::string& file) {
  const std::filesystem::path path(file);
  if (file.empty() || !path.has_filename() || path.filename() == "." || path.filename() == "..")
    throw ConfigError("file: \"" + file + "\" is no name of a file, expected one such as history.db");
}

history::RetentionRule rule(const RetentionSettings& settings) {
  history::RetentionRule rule;
  rule.filter = settings.series;
  rule.raw = days(settings.samples);
  rule.minutes = days(settings.minutes);
  rule.hours = days(settings.hours);
  rule.megabytes = static_cast<std::uint64_t>(settings.megabytes);
  return rule;
}

}  // namespace

void KeepSettings::describe(m2ag::ParamTable<KeepSettings>& table) {
  table.param("series", &KeepSettings::series, "filter of series names, as of MQTT topics: +/+/temperature").required();
  table.param("strategy", &KeepSettings::strategy,
              "all samples, only changes, or only what is `delta` away from the last one kept");
  table.param("delta", &KeepSettings::delta, "of `threshold`, in the unit of the series").range(0, 1e12);
  table.param("heartbeat", &KeepSettings::heartbeat, "one sample is kept at least so often; 0: not for this reason")
      .range(std::chrono::seconds(0), std::chrono::hours(24 * 365));
}

void RetentionSettings::describe(m2ag::ParamTable<RetentionSettings>& table) {
  const auto longest = std::chrono::hours(24 * 365 * 100);
  table.param("series", &RetentionSettings::series, "filter of series names; the first entry that matches counts");
  table.param("samples", &RetentionSettings::samples, "how long samples are kept; 0: for ever")
      .range(std::chrono::milliseconds(0), longest);
  table.param("minutes", &RetentionSettings::minutes, "how long rollups of 1 and 5 minutes are kept; 0: for ever")
      .range(std::chrono::milliseconds(0), longest);
  table.param("hours", &RetentionSettings::hours, "how long rollups of 1 hour and 1 day are kept; 0: for ever")
      .range(std::chrono::milliseconds(0), longest);
  table
      .param("megabytes", &RetentionSettings::megabytes, "what all series of this entry may take together; 0: no bound")
      .unit("MB")
      .range(0, 1e7);
}

void check(const Params& params) {
  check_file(params.file);
  try {
    const history::TimeZone zone(params.zone);
  } catch (const std::exception& error) {
    throw ConfigError(std::string("zone: ") + error.what());
  }
  for (std::size_t n = 0; n < params.sources.size(); ++n) {
    try {
      const ForeignSource source(params.sources[n]);
    } catch (const ConfigError& error) {
      throw ConfigError(entry("sources", n) + ": " + error.what());
    }
  }
  for (std::size_t n = 0; n < params.messages.size(); ++n) check_filter(params.messages[n], entry("messages", n));
  for (std::size_t n = 0; n < params.counters.size(); ++n) check_filter(params.counters[n], entry("counters", n));
  for (std::size_t n = 0; n < params.keep.size(); ++n) check_keep(params.keep[n], entry("keep", n));
  for (std::size_t n = 0; n < params.retention.size(); ++n) check_retention(params.retention[n], entry("retention", n));
  check_days(params.messages_for, "messages_for");
  check_days(params.events_for, "events_for");
  if (!params.devices && params.sources.empty() && params.messages.empty())
    throw ConfigError("devices: off, and there are no sources and messages: nothing would be kept");
}

history::WriterSettings writer_settings(const Params& params, const std::string& folder) {
  history::WriterSettings settings;
  settings.file = std::filesystem::path(folder) / params.file;
  settings.zone = params.zone;
  settings.synchronous = params.durable ? history::Synchronous::full : history::Synchronous::normal;
  settings.least_free = static_cast<std::uint64_t>(params.least_free_megabytes) * 1'000'000;
  for (const RetentionSettings& each : params.retention) settings.retention.series.push_back(rule(each));
  settings.retention.messages = days(params.messages_for);
  settings.retention.message_megabytes = static_cast<std::uint64_t>(params.messages_megabytes);
  settings.retention.happenings = days(params.events_for);
  return settings;
}

std::vector<std::string> filters(const Params& params, const std::string& base) {
  std::vector<std::string> filters;
  const auto add = [&](const std::string& filter) {
    if (std::ranges::find(filters, filter) == filters.end()) filters.push_back(filter);
  };
  if (params.devices) {
    add(base + "/+/status");
    add(base + "/+/+/+");
  }
  for (const ForeignSettings& source : params.sources) add(source.topic);
  for (const std::string& filter : params.messages) add(filter);
  return filters;
}

reader::Settings reader_settings(const Params& params, const m2ag::BrokerAccess& broker, std::string_view component) {
  reader::Settings settings;
  settings.url = broker.url;
  settings.client_id = broker.client_id + '.' + std::string(component);
  for (std::string& filter : filters(params, broker.base_topic)) {
    m2ag::host::Subscription subscription;
    subscription.filter = std::move(filter);
    subscription.retained = m2ag::host::RetainHandling::send_if_new;
    settings.filters.push_back(std::move(subscription));
  }
  settings.identifiers = true;
  settings.username = broker.username;
  settings.password = broker.password;
  settings.ca = broker.ca;
  settings.cert = broker.cert;
  settings.key = broker.key;
  settings.verify_host = broker.verify_host;
  if (broker.version == "5") settings.version = m2ag::host::MqttVersion::v5;
  if (broker.version == "3.1.1") settings.version = m2ag::host::MqttVersion::v3_1_1;
  settings.session_expiry = kSessionExpiry;
  settings.receive_maximum = kReceiveMaximum;
  settings.unacknowledged_limit = kUnacknowledged;
  return settings;
}

history::SamplingRule sampling_rule(const Params& params, std::string_view name) {
  for (const KeepSettings& each : params.keep) {
    if (!TopicPattern(each.series).match(name)) continue;
    using Strategy = history::SamplingRule::Strategy;
    constexpr std::array kStrategies{Strategy::all, Strategy::change, Strategy::threshold};
    return {kStrategies[static_cast<std::size_t>(each.strategy)], each.delta, each.heartbeat.count()};
  }
  return {};
}

bool is_counter(const Params& params, std::string_view name) {
  return std::ranges::any_of(params.counters,
                             [&](const std::string& each) { return TopicPattern(each).match(name).has_value(); });
}

}  // namespace logger
