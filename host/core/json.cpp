#include "core/json.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

namespace m2ag::host {
namespace {

using Json = nlohmann::json;

/// Stops at the depth limit: the parser itself does not recurse, but what is made of its result would.
bool too_deep(const Json& json, int depth) {
  if (!json.is_structured()) return false;
  if (depth == 0) return true;
  for (const Json& child : json) {
    if (too_deep(child, depth - 1)) return true;
  }
  return false;
}

/// Counts brackets before anything is built, so that a hostile payload cannot make the tree deep.
bool brackets_too_deep(std::string_view text, int depth) {
  int level = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++level > depth) return true;
    } else if (c == '}' || c == ']') {
      --level;
    }
  }
  return false;
}

std::string readable(std::string text, std::size_t longest = 300) {
  if (text.size() > longest) text.replace(longest / 2, text.size() - longest, "...");
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E) c = '?';
  }
  return text;
}

/// "[json.exception.parse_error.101] parse error at line 1, column 5: syntax error …": the part after the id speaks to people. It quotes
/// the text up to the error, which may be all of it and may end inside a character.
std::string sentence_of(const Json::exception& caught) {
  std::string text = caught.what();
  if (const auto bracket = text.find("] "); bracket != std::string::npos) text.erase(0, bracket + 2);
  return readable(std::move(text));
}

/// Two keys of one name: most readers take one of them without a word, and not all the same. Hears of each part of the text in turn.
class TwiceWatch {
 public:
  bool operator()(Json::parse_event_t event, const Json& parsed) {
    if (event == Json::parse_event_t::object_start) open_.emplace_back();
    if (event == Json::parse_event_t::object_end) open_.pop_back();
    if (event == Json::parse_event_t::key && !open_.back().insert(parsed.get<std::string>()).second && !found_)
      found_ = parsed.get<std::string>();
    return true;
  }
  /// The first one.
  const std::optional<std::string>& found() const { return found_; }

 private:
  std::vector<std::set<std::string>> open_;
  std::optional<std::string> found_;
};

}  // namespace

Json to_json(const Value& value) {
  if (value.is_null()) return nullptr;
  if (value.is_bool()) return value.as_bool();
  if (value.is_integer()) return value.as_integer();
  if (value.is_number()) return value.as_number();
  if (value.is_text()) return value.as_text();
  if (value.is_list()) {
    Json list = Json::array();
    for (const Value& element : value.as_list()) list.push_back(to_json(element));
    return list;
  }
  Json map = Json::object();
  for (const auto& [key, element] : value.as_map()) map[key] = to_json(element);
  return map;
}

Value from_json(const Json& json) {
  switch (json.type()) {
    case Json::value_t::boolean: return json.get<bool>();
    case Json::value_t::number_integer: return json.get<std::int64_t>();
    case Json::value_t::number_unsigned: {
      const auto number = json.get<std::uint64_t>();
      if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        return static_cast<double>(number);
      return static_cast<std::int64_t>(number);
    }
    case Json::value_t::number_float: return json.get<double>();
    case Json::value_t::string: return json.get<std::string>();
    case Json::value_t::array: {
      Value::List list;
      for (const Json& element : json) list.push_back(from_json(element));
      return list;
    }
    case Json::value_t::object: {
      Value::Map map;
      for (const auto& [key, element] : json.items()) map.emplace(key, from_json(element));
      return map;
    }
    default: return {};
  }
}

std::optional<Value> parse_json(std::string_view text, std::string& error, int depth) {
  // The parser takes it for the end of the text.
  if (text.find('\0') != std::string_view::npos) {
    error = "a byte of value 0";
    return std::nullopt;
  }
  if (brackets_too_deep(text, depth)) {
    error = fmt::format("nested more than {} levels deep", depth);
    return std::nullopt;
  }
  try {
    TwiceWatch twice;
    const Json json =
        Json::parse(text, [&twice](int, Json::parse_event_t event, Json& parsed) { return twice(event, parsed); });
    if (twice.found()) {
      error = fmt::format("the key \"{}\" is there twice", readable(*twice.found(), 40));
      return std::nullopt;
    }
    if (too_deep(json, depth)) {
      error = fmt::format("nested more than {} levels deep", depth);
      return std::nullopt;
    }
    return from_json(json);
  } catch (const Json::exception& caught) {
    error = sentence_of(caught);
    return std::nullopt;
  }
}

std::string dump_json(const Value& value) {
  return to_json(value).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace m2ag::host
