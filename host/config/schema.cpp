#include "config/schema.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "config/descriptor.h"
#include "config/expectation.h"
#include "core/json.h"

namespace m2ag::host {
namespace {

using nlohmann::json;

constexpr const char* kIdPattern = "^[a-z0-9-]{1,63}$";
constexpr const char* kDurationPattern = "^[0-9]+(us|ms|s|m|h|d)$";
constexpr const char* kSizePattern = "^[0-9]+(B|KiB|MiB|GiB|TiB)$";

bool has_words(const ParamSpec& spec) { return spec.type == ParamType::duration || spec.type == ParamType::size; }

/// A value as the descriptor has it: durations and sizes as text.
json as_written(const Value& value, const ParamSpec& spec) {
  if (has_words(spec) && value.is_integer()) return written(value, spec);
  return to_json(value);
}

/// Integers stay integers in the schema; a limit of the type's 64 bits is none.
void add_limit(json& schema, const char* key, const std::optional<double>& limit, const ParamSpec& spec) {
  if (!limit || std::abs(*limit) >= 9.2e18) return;
  if (spec.type == ParamType::integer) {
    schema[key] = static_cast<std::int64_t>(*limit);
  } else {
    schema[key] = *limit;
  }
}

void add_type(json& schema, const ParamSpec& spec) {
  switch (spec.type) {
    case ParamType::boolean: schema["type"] = "boolean"; break;
    case ParamType::integer: schema["type"] = "integer"; break;
    case ParamType::number: schema["type"] = "number"; break;
    case ParamType::text: schema["type"] = "string"; break;
    case ParamType::duration:
    case ParamType::size:
      schema["type"] = "string";
      schema["pattern"] = spec.type == ParamType::duration ? kDurationPattern : kSizePattern;
      break;
    case ParamType::gpio_line:
      schema["anyOf"] = {
          {{"type", "string"}, {"minLength", 1}},
          {{"type", "object"},
           {"properties",
            {{"chip", {{"type", "string"}}}, {"offset", {{"type", "integer"}, {"minimum", 0}, {"maximum", 1023}}}}},
           {"required", {"chip", "offset"}},
           {"additionalProperties", false}}};
      break;
    case ParamType::list:
      schema["type"] = "array";
      if (!spec.fields.empty()) schema["items"] = param_schema(spec.fields.front());
      break;
    case ParamType::map:
      schema["type"] = "object";
      schema["propertyNames"] = {{"pattern", kIdPattern}};
      if (!spec.fields.empty()) schema["additionalProperties"] = param_schema(spec.fields.front());
      break;
    case ParamType::group: schema = object_schema(spec.fields); break;
  }
}

std::string description(const ParamSpec& spec) {
  std::string text = spec.description;
  if (!spec.unit.empty()) text += (text.empty() ? "" : ", ") + spec.unit;
  const std::string range = range_of(spec);
  if (has_words(spec) && !range.empty()) text += (text.empty() ? "" : ", ") + range;  // a pattern cannot say it
  return text;
}

/// Stands with the whole list of keys, so that an unknown one is found: draft-07 cannot add to a closed object.
json one_of_kind(const std::string& key, const std::string& word, const std::vector<ParamSpec>& params,
                 const std::string& text) {
  json schema = object_schema(params);
  for (const ParamSpec& param : params) {
    if (is_register(param)) schema["properties"][param.name]["x-register"] = true;
  }
  schema["properties"][key] = {{"const", word}, {"description", text}};
  return schema;
}

json alternative(const std::string& key, const std::string& word, json then) {
  return {{"if", {{"properties", {{key, {{"const", word}}}}}, {"required", {key}}}}, {"then", std::move(then)}};
}

/// An object whose other keys follow from the word of `key`.
json chosen_by(const std::string& key, const std::string& text,
               std::vector<std::pair<std::string, json>> alternatives) {
  std::sort(alternatives.begin(), alternatives.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  json words = json::array();
  json branches = json::array();
  for (auto& [word, branch] : alternatives) {
    words.push_back(word);
    branches.push_back(std::move(branch));
  }
  json schema = {
      {"type", "object"}, {"required", {key}}, {"properties", {{key, {{"type", "string"}, {"description", text}}}}}};
  if (!words.empty()) {
    schema["properties"][key]["enum"] = std::move(words);
    schema["allOf"] = std::move(branches);
  }
  return schema;
}

json components_schema(const std::vector<const ComponentSpec*>& types) {
  std::vector<std::pair<std::string, json>> alternatives;
  for (const ComponentSpec* type : types) {
    alternatives.emplace_back(type->type, alternative("type", type->type, component_schema(*type)));
  }
  return {{"type", "object"},
          {"description", "the components: an id each, and what it is"},
          {"propertyNames", {{"pattern", kIdPattern}}},
          {"additionalProperties", chosen_by("type", "which type of a plugin", std::move(alternatives))}};
}

json simulated_schema(const std::vector<const SimulatedChipSpec*>& chips) {
  std::vector<std::pair<std::string, json>> alternatives;
  for (const SimulatedChipSpec* chip : chips) {
    alternatives.emplace_back(
        chip->chip,
        alternative("chip", chip->chip, one_of_kind("chip", chip->chip, chip_params(*chip), chip->description)));
  }
  const json bus = {{"type", "object"},
                    {"description", "the chips of this bus by address, such as 0x76"},
                    {"additionalProperties", chosen_by("chip", "which model of a plugin", std::move(alternatives))}};
  return {{"type", "object"},
          {"description", "chips and lines that exist only here, to try everything without hardware"},
          {"properties",
           {{"i2c",
             {{"type", "object"},
              {"description", "the simulated buses by name, such as i2c-1"},
              {"additionalProperties", bus}}},
            {"gpio",
             {{"type", "array"},
              {"description", "names of simulated lines"},
              {"items", {{"type", "string"}, {"minLength", 1}}},
              {"uniqueItems", true}}}}},
          {"additionalProperties", false}};
}

}  // namespace

json param_schema(const ParamSpec& spec) {
  json schema = json::object();
  add_type(schema, spec);
  if (const std::string text = description(spec); !text.empty()) schema["description"] = text;
  if (!has_words(spec)) {
    add_limit(schema, "minimum", spec.minimum, spec);
    add_limit(schema, "maximum", spec.maximum, spec);
  }
  for (const Value& choice : spec.choices) schema["enum"].push_back(as_written(choice, spec));
  const bool filled = !spec.default_value.is_null() && spec.type != ParamType::group;
  if (filled && !spec.secret) schema["default"] = as_written(spec.default_value, spec);
  if (!spec.example.is_null()) schema["examples"] = json::array({as_written(spec.example, spec)});
  if (spec.secret) schema["writeOnly"] = true;
  return schema;
}

json object_schema(const std::vector<ParamSpec>& params) {
  json schema = {{"type", "object"}, {"additionalProperties", false}};
  json& properties = schema["properties"] = json::object();
  for (const ParamSpec& param : params) {
    properties[param.name] = param_schema(param);
    if (param.required) schema["required"].push_back(param.name);
  }
  return schema;
}

json component_schema(const ComponentSpec& type) {
  return one_of_kind("type", type.type, component_params(type), type.description);
}

json descriptor_schema(const std::vector<const ComponentSpec*>& types,
                       const std::vector<const SimulatedChipSpec*>& chips) {
  json schema = object_schema(section_params());
  schema["$schema"] = "http://json-schema.org/draft-07/schema#";
  schema["title"] = "m2ag descriptor";
  schema["properties"]["device"]["properties"]["id"]["pattern"] = kIdPattern;
  schema["properties"]["simulated"] = simulated_schema(chips);
  schema["properties"]["components"] = components_schema(types);
  return schema;
}

}  // namespace m2ag::host
