#include "signal/channel_settings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "core/duration.h"
#include "signal/digits.h"
#include "signal/filter.h"
#include "signal/unit.h"

namespace m2ag::host {
namespace {

ParamSpec row(const char* name, ParamType type, const char* description) {
  ParamSpec spec;
  spec.name = name;
  spec.type = type;
  spec.description = description;
  return spec;
}

ParamSpec duration(const char* name, const char* description) {
  ParamSpec spec = row(name, ParamType::duration, description);
  spec.minimum = 1'000;                 // 1 ms
  spec.maximum = 7.0 * 86'400'000'000;  // a week
  return spec;
}

ParamSpec filters_row() {
  ParamSpec filters = row("filters", ParamType::list, "what happens to each reading, in this order; one key an item");
  filters.fields.push_back(row("", ParamType::group, ""));
  filters.fields.back().fields = filter_params();
  return filters;
}

ParamSpec publish_row() {
  ParamSpec publish = row("publish", ParamType::group, "which numbers are worth a message");
  publish.fields.push_back(row("delta", ParamType::number, "smaller changes are not published"));
  publish.fields.back().minimum = 0;
  publish.fields.push_back(duration("throttle", "least time between two messages; the newest number waits"));
  publish.fields.push_back(duration("heartbeat", "the number is published again after this long without a change"));
  return publish;
}

std::chrono::microseconds duration_of(const Value* value) {
  return std::chrono::microseconds(value == nullptr ? 0 : value->as_integer());
}

}  // namespace

std::vector<ParamSpec> channel_params(const ChannelSpec& channel) {
  std::vector<ParamSpec> params{row("name", ParamType::text, "name for people")};
  if (channel.type != ChannelType::number) return params;
  // What is set must come back as it was set.
  const bool measured = !channel.writable && !channel.set;
  if (measured) {
    const auto units = units_for(channel.unit);
    params.push_back(row("unit", ParamType::text, "unit to convert to"));
    if (channel.unit.empty()) params.back().description = "unit of the number, for people; nothing is converted";
    if (!units.empty())
      params.back().description = fmt::format("unit to convert {} to: {}", channel.unit, fmt::join(units, ", "));
    params.push_back(filters_row());
  }
  params.push_back(publish_row());
  if (measured)
    params.push_back(duration("expire", "without a believable number for this long the component is offline"));
  return params;
}

ChannelSettings channel_settings(const Value& bound) {
  ChannelSettings settings;
  if (const Value* name = bound.find("name")) settings.name = name->as_text();
  if (const Value* unit = bound.find("unit")) settings.unit = unit->as_text();
  if (const Value* filters = bound.find("filters")) settings.filters = filters->as_list();
  if (const Value* publish = bound.find("publish")) {
    if (const Value* delta = publish->find("delta")) settings.delta = delta->as_number();
    settings.throttle = duration_of(publish->find("throttle"));
    settings.heartbeat = duration_of(publish->find("heartbeat"));
  }
  settings.expire = duration_of(bound.find("expire"));
  return settings;
}

ChannelSpec in_unit(ChannelSpec channel, const std::string& unit) {
  const auto conversion = convert_unit(channel.unit, unit);
  if (!conversion) return channel;
  channel.unit = unit;
  // 1013.25 hPa is 1.01325 bar: three digits more, one for each power of ten that the unit is larger.
  if (channel.precision)
    channel.precision = std::clamp(*channel.precision + digits_for(conversion->factor), 0, kMostDigits);
  return channel;
}

ChannelSpec as_published(ChannelSpec channel, const ChannelSettings& settings) {
  for (const Value& step : settings.filters) channel.precision = digits_after(step, channel.precision);
  return settings.unit.empty() ? channel : in_unit(std::move(channel), settings.unit);
}

bool expires_before(const ChannelSettings& settings, std::chrono::microseconds interval) {
  return settings.expire.count() > 0 && settings.expire <= interval;
}

std::vector<SettingsProblem> settings_problems(const ChannelSettings& settings, const ChannelSpec& channel,
                                               std::chrono::microseconds interval) {
  std::vector<SettingsProblem> problems;
  for (std::size_t n = 0; n < settings.filters.size(); ++n) {
    if (settings.filters[n].is_null()) continue;
    if (std::string problem = filter_problem(settings.filters[n]); !problem.empty())
      problems.push_back({fmt::format("filters[{}]", n), std::move(problem)});
  }
  if (!settings.unit.empty() && !convert_unit(channel.unit, settings.unit)) {
    const auto units = units_for(channel.unit);
    problems.push_back({"unit", units.empty() ? fmt::format("\"{}\" cannot be converted", channel.unit)
                                              : fmt::format("\"{}\" cannot become \"{}\", only {}", channel.unit,
                                                            settings.unit, fmt::join(units, ", "))});
  }
  if (settings.heartbeat.count() > 0 && settings.heartbeat < settings.throttle)
    problems.push_back({"publish.heartbeat", "is shorter than throttle"});
  if (expires_before(settings, interval)) {
    problems.push_back(
        {"expire", fmt::format("expected more than the interval of {}: it would expire before each reading",
                               format_duration(interval))});
  }
  return problems;
}

}  // namespace m2ag::host
