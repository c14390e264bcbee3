// What the descriptor says of a logger, and what is made of it for the history and the broker. Plain values.
#pragma once

#include <m2ag/m2ag.h>

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "foreign_source.h"
#include "history/sampling.h"
#include "history/writer.h"
#include "mqtt/reader/settings.h"

namespace logger {

enum class Keep { all, changes, threshold };
constexpr auto choices(Keep) {
  return std::array<std::pair<std::string_view, Keep>, 3>{
      {{"all", Keep::all}, {"changes", Keep::changes}, {"threshold", Keep::threshold}}};
}

/// An entry of `keep`: of the series whose name matches, these samples.
struct KeepSettings {
  std::string series;
  Keep strategy = Keep::all;
  double delta = 0;
  std::chrono::milliseconds heartbeat{0};
  static void describe(m2ag::ParamTable<KeepSettings>& table);
};

/// An entry of `retention`: whole days; 0: for ever.
struct RetentionSettings {
  std::string series = "#";
  std::chrono::milliseconds samples{0}, minutes{0}, hours{0};
  std::int64_t megabytes = 0;
  static void describe(m2ag::ParamTable<RetentionSettings>& table);
};

struct Params {
  std::string file = "history.db";
  std::string zone = "UTC";
  bool devices = true;
  std::vector<ForeignSettings> sources;
  std::vector<std::string> messages;
  std::vector<KeepSettings> keep;
  std::vector<std::string> counters;
  bool durable = true;
  std::chrono::milliseconds batch_time{1000};
  std::vector<RetentionSettings> retention;
  std::chrono::milliseconds messages_for{0};
  std::int64_t messages_megabytes = 100;
  std::chrono::milliseconds events_for{0};
  std::int64_t least_free_megabytes = 64;
};

/// Throws m2ag::ConfigError for what is wrong, with the place in the settings.
void check(const Params& params);

/// Of settings that are right. `folder`: what a relative file is relative to.
m2ag::host::history::WriterSettings writer_settings(const Params& params, const std::string& folder);

/// The topic filters that the logger subscribes: each at most once. `base`: of the devices.
std::vector<std::string> filters(const Params& params, const std::string& base);

/// Of settings that are right.
m2ag::host::reader::Settings reader_settings(const Params& params, const m2ag::BrokerAccess& broker,
                                             std::string_view component);

/// Which samples of the series `name` are kept.
m2ag::host::history::SamplingRule sampling_rule(const Params& params, std::string_view name);
bool is_counter(const Params& params, std::string_view name);

}  // namespace logger
