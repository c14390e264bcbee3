#include "plugin/description.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/json.h"

namespace m2ag::host {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 10> kParamTypes = {"boolean", "integer",   "number", "text", "duration",
                                                          "size",    "gpio_line", "list",   "map",  "group"};
constexpr std::array<std::string_view, 4> kChannelTypes = {"number", "boolean", "text", "event"};

template <class Enum, std::size_t N>
Enum from_word(const std::array<std::string_view, N>& words, const std::string& word) {
  const auto found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) throw ConfigError("unknown type \"" + word + "\" in a plugin's description");
  return static_cast<Enum>(found - words.begin());
}

void put(Json& json, const char* key, const std::string& text) {
  if (!text.empty()) json[key] = text;
}
void put(Json& json, const char* key, bool flag) {
  if (flag) json[key] = true;
}
void put(Json& json, const char* key, const std::optional<double>& number) {
  if (number) json[key] = *number;
}
void put(Json& json, const char* key, const Value& value) {
  if (!value.is_null()) json[key] = to_json(value);
}

std::string text(const Json& json, const char* key) { return json.value(key, std::string()); }
bool flag(const Json& json, const char* key) { return json.value(key, false); }
std::optional<double> number(const Json& json, const char* key) {
  return json.contains(key) ? std::optional(json.at(key).get<double>()) : std::nullopt;
}
Value value(const Json& json, const char* key) { return json.contains(key) ? from_json(json.at(key)) : Value(); }

template <class Element>
Json list(const std::vector<Element>& elements, Json (*convert)(const Element&)) {
  Json out = Json::array();
  for (const Element& element : elements) out.push_back(convert(element));
  return out;
}
template <class Element>
std::vector<Element> list(const Json& json, const char* key, Element (*convert)(const Json&)) {
  std::vector<Element> out;
  if (!json.contains(key)) return out;
  for (const Json& element : json.at(key)) out.push_back(convert(element));
  return out;
}

Json param_to_json(const ParamSpec& spec) {
  Json json = {{"type", to_string(spec.type)}};
  put(json, "name", spec.name);
  put(json, "description", spec.description);
  put(json, "unit", spec.unit);
  put(json, "minimum", spec.minimum);
  put(json, "maximum", spec.maximum);
  if (!spec.choices.empty()) json["choices"] = list<Value>(spec.choices, to_json);
  put(json, "hexadecimal", spec.hexadecimal);
  put(json, "required", spec.required);
  put(json, "secret", spec.secret);
  put(json, "runtime", spec.runtime);
  put(json, "default", spec.default_value);
  put(json, "example", spec.example);
  if (!spec.fields.empty()) json["fields"] = list<ParamSpec>(spec.fields, param_to_json);
  return json;
}

ParamSpec param_from_json(const Json& json) {
  ParamSpec spec;
  spec.type = from_word<ParamType>(kParamTypes, json.at("type").get<std::string>());
  spec.name = text(json, "name");
  spec.description = text(json, "description");
  spec.unit = text(json, "unit");
  spec.minimum = number(json, "minimum");
  spec.maximum = number(json, "maximum");
  spec.choices = list<Value>(json, "choices", from_json);
  spec.hexadecimal = flag(json, "hexadecimal");
  spec.required = flag(json, "required");
  spec.secret = flag(json, "secret");
  spec.runtime = flag(json, "runtime");
  spec.default_value = value(json, "default");
  spec.example = value(json, "example");
  spec.fields = list<ParamSpec>(json, "fields", param_from_json);
  return spec;
}

Json channel_to_json(const ChannelSpec& spec) {
  Json json = {{"name", spec.name}, {"type", to_string(spec.type)}};
  put(json, "description", spec.description);
  put(json, "quantity", spec.quantity);
  put(json, "unit", spec.unit);
  if (spec.precision) json["precision"] = *spec.precision;
  put(json, "minimum", spec.minimum);
  put(json, "maximum", spec.maximum);
  if (!spec.choices.empty()) json["choices"] = spec.choices;
  put(json, "main", spec.main);
  put(json, "writable", spec.writable);
  return json;
}

ChannelSpec channel_from_json(const Json& json) {
  ChannelSpec spec;
  spec.name = json.at("name").get<std::string>();
  spec.type = from_word<ChannelType>(kChannelTypes, json.at("type").get<std::string>());
  spec.description = text(json, "description");
  spec.quantity = text(json, "quantity");
  spec.unit = text(json, "unit");
  if (json.contains("precision")) spec.precision = json.at("precision").get<int>();
  spec.minimum = number(json, "minimum");
  spec.maximum = number(json, "maximum");
  if (json.contains("choices")) spec.choices = json.at("choices").get<std::vector<std::string>>();
  spec.main = flag(json, "main");
  spec.writable = flag(json, "writable");
  return spec;
}

Json command_to_json(const CommandSpec& spec) {
  Json json = {{"name", spec.name}};
  put(json, "description", spec.description);
  if (!spec.params.empty()) json["params"] = list<ParamSpec>(spec.params, param_to_json);
  return json;
}

CommandSpec command_from_json(const Json& json) {
  CommandSpec spec;
  spec.name = json.at("name").get<std::string>();
  spec.description = text(json, "description");
  spec.params = list<ParamSpec>(json, "params", param_from_json);
  return spec;
}

ComponentSpec component_from_json(const Json& json) {
  ComponentSpec spec;
  spec.type = json.at("type").get<std::string>();
  spec.description = text(json, "description");
  spec.params = list<ParamSpec>(json, "params", param_from_json);
  spec.channels = list<ChannelSpec>(json, "channels", channel_from_json);
  spec.commands = list<CommandSpec>(json, "commands", command_from_json);
  spec.sensor = flag(json, "sensor");
  if (json.contains("interval")) spec.interval = std::chrono::microseconds(json.at("interval").get<std::int64_t>());
  return spec;
}

SimulatedChipSpec chip_from_json(const Json& json) {
  SimulatedChipSpec spec;
  spec.chip = json.at("chip").get<std::string>();
  spec.description = text(json, "description");
  spec.params = list<ParamSpec>(json, "params", param_from_json);
  return spec;
}

}  // namespace

std::string_view to_string(ParamType type) { return kParamTypes.at(static_cast<std::size_t>(type)); }
std::string_view to_string(ChannelType type) { return kChannelTypes.at(static_cast<std::size_t>(type)); }

Json to_json(const ComponentSpec& spec) {
  Json json = {{"type", spec.type}, {"description", spec.description}};
  if (!spec.params.empty()) json["params"] = list<ParamSpec>(spec.params, param_to_json);
  if (!spec.channels.empty()) json["channels"] = list<ChannelSpec>(spec.channels, channel_to_json);
  if (!spec.commands.empty()) json["commands"] = list<CommandSpec>(spec.commands, command_to_json);
  put(json, "sensor", spec.sensor);
  if (spec.sensor) json["interval"] = spec.interval.count();
  return json;
}

Json to_json(const SimulatedChipSpec& spec) {
  Json json = {{"chip", spec.chip}, {"description", spec.description}};
  if (!spec.params.empty()) json["params"] = list<ParamSpec>(spec.params, param_to_json);
  return json;
}

Json to_json(const PluginDescription& description) {
  return {{"path", description.path.string()},
          {"name", description.name},
          {"version", description.version},
          {"components", list<ComponentSpec>(description.components, to_json)},
          {"chips", list<SimulatedChipSpec>(description.chips, to_json)}};
}

PluginDescription description_from_json(const Json& json) {
  return {json.at("path").get<std::string>(), json.at("name").get<std::string>(), json.at("version").get<std::string>(),
          list<ComponentSpec>(json, "components", component_from_json),
          list<SimulatedChipSpec>(json, "chips", chip_from_json)};
}

}  // namespace m2ag::host
