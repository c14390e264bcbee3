#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "rest/problem.h"
#include "rest/route_table.h"

namespace api {
namespace {

using nlohmann::json;

std::string found_of(const json& value) {
  std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  return text.size() > 60 ? text.substr(0, 57) + "..." : text;
}

bool is_of(const json& value, const std::string& type) {
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "array") return value.is_array();
  if (type == "object") return value.is_object();
  return value.is_null();
}

/// RFC 6901 §3.
std::string escaped(std::string_view key) {
  std::string text;
  for (const char c : key) text += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return text;
}

class Check {
 public:
  std::vector<Mistake> mistakes;

  void value(const json& value, const json& schema, const std::string& pointer) {
    if (schema.contains("type") && !is_one_of(value, schema.at("type")))
      return mistake(pointer, fmt::format("expected {}, found {}", words(schema.at("type")), found_of(value)));
    if (schema.contains("enum") &&
        std::find(schema.at("enum").begin(), schema.at("enum").end(), value) == schema.at("enum").end())
      return mistake(pointer, fmt::format("expected one of {}, found {}", schema.at("enum").dump(), found_of(value)));
    if (value.is_object()) object(value, schema, pointer);
    if (value.is_array() && schema.contains("items")) {
      for (std::size_t n = 0; n < value.size(); ++n)
        this->value(value[n], schema.at("items"), pointer + '/' + std::to_string(n));
    }
    if (value.is_number()) bounds(value, schema, pointer);
    if (value.is_string()) length(value.get_ref<const std::string&>(), schema, pointer);
  }

 private:
  void mistake(const std::string& pointer, std::string detail) {
    mistakes.push_back({std::move(detail), pointer, {}, 0, 0});
  }

  static bool is_one_of(const json& value, const json& types) {
    if (types.is_string()) return is_of(value, types);
    return std::any_of(types.begin(), types.end(), [&](const json& type) { return is_of(value, type); });
  }
  static std::string words(const json& types) { return types.is_string() ? types.get<std::string>() : types.dump(); }

  void object(const json& value, const json& schema, const std::string& pointer) {
    const json none = json::object();
    const json& properties = schema.contains("properties") ? schema.at("properties") : none;
    for (const auto& [key, part] : value.items()) {
      const std::string place = pointer + '/' + escaped(key);
      if (properties.contains(key)) {
        this->value(part, properties.at(key), place);
      } else if (schema.value("additionalProperties", json(true)) == json(false)) {
        std::string known;
        for (const auto& [name, any] : properties.items()) known += (known.empty() ? "" : ", ") + name;
        mistake(place, "unknown key, expected one of: " + known);
      }
    }
    for (const json& key : schema.value("required", json::array())) {
      if (!value.contains(key.get_ref<const std::string&>()))
        mistake(pointer + '/' + escaped(key.get<std::string>()), "is required");
    }
  }

  void bounds(const json& value, const json& schema, const std::string& pointer) {
    const double number = value.get<double>();
    if (schema.contains("minimum") && number < schema.at("minimum").get<double>())
      mistake(pointer, fmt::format("expected at least {}, found {}", schema.at("minimum").dump(), found_of(value)));
    if (schema.contains("maximum") && number > schema.at("maximum").get<double>())
      mistake(pointer, fmt::format("expected at most {}, found {}", schema.at("maximum").dump(), found_of(value)));
  }

  void length(const std::string& text, const json& schema, const std::string& pointer) {
    if (schema.contains("minLength") && text.size() < schema.at("minLength").get<std::size_t>())
      mistake(pointer, fmt::format("expected at least {} bytes, found {}", schema.at("minLength").dump(), text.size()));
    if (schema.contains("maxLength") && text.size() > schema.at("maxLength").get<std::size_t>())
      mistake(pointer, fmt::format("expected at most {} bytes, found {}", schema.at("maxLength").dump(), text.size()));
  }
};

}  // namespace

void check_body(const json& body, const json& schema) {
  Check check;
  check.value(body, schema, "");
  if (check.mistakes.empty()) return;
  const Mistake& first = check.mistakes.front();
  Problem problem(422, fmt::format("{}: {}", first.pointer.empty() ? "the body" : first.pointer, first.detail));
  problem.errors = std::move(check.mistakes);
  throw problem;
}

}  // namespace api
