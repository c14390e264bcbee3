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

history::Days days(std::chrono::hours hours) { return std::chrono::ceil<history::Days>(hours); }

TopicPattern pattern(const std::string& filter, const std::string& where) {
  try {
    return TopicPattern(filter);
  } catch (const ConfigError& error) {
    throw ConfigError(where + ": " + error.what());
  }
}

history::RetentionRule rule(const RetentionSettings& settings) {
  pattern(settings.series, "retention");
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
      .range(std::chrono::hours(0), longest);
  table.param("minutes", &RetentionSettings::minutes, "how long rollups of 1 and 5 minutes are kept; 0: for ever")
      .range(std::chrono::hours(0), longest);
  table.param("hours", &RetentionSettings::hours, "how long rollups of 1 hour and 1 day are kept; 0: for ever")
      .range(std::chrono::hours(0), longest);
  table
      .param("megabytes", &RetentionSettings::megabytes, "what all series of this entry may take together; 0: no bound")
      .unit("MB")
      .range(0, 1e7);
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
  try {
    const history::TimeZone zone(params.zone);
  } catch (const std::runtime_error& error) {
    throw ConfigError(std::string("zone: ") + error.what());
  }
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
  for (const std::string& filter : params.messages) add(pattern(filter, "messages").filter());
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
  if (settings.filters.empty())
    throw ConfigError("nothing to log: devices is off, and there are no sources and messages");
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
