#include "foreign_source.h"

#include <nlohmann/json.hpp>

#include "payload.h"

namespace logger {
namespace {

using Json = nlohmann::json;

/// Deeper than any device's, and far from what recursion in the parser could not take.
constexpr int kDeepest = 32;

std::optional<m2ag::Value> value_of(const Json& json) {
  if (json.is_boolean()) return m2ag::Value(json.get<bool>());
  if (json.is_number()) return m2ag::Value(json.get<double>());
  // "ON", and numbers that some devices put in quotes.
  if (json.is_string()) return read_bare(json.get_ref<const std::string&>());
  return std::nullopt;
}

/// Also nothing where the pointer has a word, or an index that is no number of ours, and the message a list.
const Json* find(const Json& json, const std::string& pointer) {
  try {
    const Json::json_pointer at(pointer);
    return json.contains(at) ? &json.at(at) : nullptr;
  } catch (const Json::exception&) {
    return nullptr;
  }
}

Json parse(std::string_view payload) {
  const Json::parser_callback_t bounded = [](int depth, Json::parse_event_t, Json&) { return depth <= kDeepest; };
  return Json::parse(payload, bounded, false);
}

}  // namespace

void ForeignSettings::describe(m2ag::ParamTable<ForeignSettings>& table) {
  table.param("topic", &ForeignSettings::topic, "topic filter; + and # are {1}, {2} … in `series`").required();
  table.param("series", &ForeignSettings::series, "name of the series, such as zigbee/{1}").required();
  table.param(
      "values", &ForeignSettings::values,
      "JSON pointers of the payload by the name that is put behind the series' own; without it the payload is the value");
}

ForeignSource::ForeignSource(const ForeignSettings& settings)
    : pattern_(settings.topic), series_(settings.series, pattern_), pointers_(settings.values) {
  for (const auto& [name, pointer] : pointers_) {
    if (name.empty()) throw m2ag::ConfigError("values: a name is empty");
    try {
      const Json::json_pointer parsed(pointer);
    } catch (const Json::parse_error&) {
      throw m2ag::ConfigError("values." + name + ": \"" + pointer +
                              "\" is no JSON pointer, expected one such as /temperature");
    }
  }
}

std::vector<Reading> ForeignSource::read(std::string_view topic, std::string_view payload, std::string& problem) const {
  std::vector<Reading> readings;
  const auto wildcards = pattern_.match(topic);
  if (!wildcards || payload.empty()) return readings;  // an empty payload removes what was retained
  const std::string series = series_.fill(*wildcards);
  if (pointers_.empty()) {
    if (auto value = read_bare(payload)) readings.push_back({series, std::move(*value)});
    if (readings.empty()) problem = "the payload is neither a number, on or off nor a short text";
    return readings;
  }
  const Json json = parse(payload);
  if (json.is_discarded()) {
    problem = "the payload is no JSON";
    return readings;
  }
  for (const auto& [name, pointer] : pointers_) {
    const Json* const found = find(json, pointer);
    if (found == nullptr) continue;  // not every message of a device has every value
    if (auto value = value_of(*found)) readings.push_back({series + '/' + name, std::move(*value)});
  }
  return readings;
}

}  // namespace logger
