#include "config/scalar.h"

#include <charconv>
#include <cmath>

namespace m2ag::host {
namespace {

bool is_spelling(std::string_view word, std::string_view lower, std::string_view title, std::string_view upper) {
  return word == lower || word == title || word == upper;
}

std::string_view without_plus(std::string_view word) {
  if (word.size() > 1 && word.front() == '+' && word[1] != '-' && word[1] != '+') word.remove_prefix(1);
  return word;
}

}  // namespace

std::optional<bool> parse_core_boolean(std::string_view word) {
  if (is_spelling(word, "true", "True", "TRUE")) return true;
  if (is_spelling(word, "false", "False", "FALSE")) return false;
  return std::nullopt;
}

std::optional<bool> parse_wanted_boolean(std::string_view word) {
  if (is_spelling(word, "on", "On", "ON") || is_spelling(word, "yes", "Yes", "YES")) return true;
  if (is_spelling(word, "off", "Off", "OFF") || is_spelling(word, "no", "No", "NO")) return false;
  return parse_core_boolean(word);
}

ParsedInteger parse_core_integer(std::string_view word) {
  int base = 10;
  if (word.starts_with("0x")) base = 16;
  if (word.starts_with("0o")) base = 8;
  if (base != 10) {
    word.remove_prefix(2);
    if (word.starts_with('-')) return {};
  } else {
    word = without_plus(word);
  }
  ParsedInteger parsed;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), parsed.value, base);
  if (error == std::errc::invalid_argument || end != word.data() + word.size()) return {};
  parsed.form = error == std::errc::result_out_of_range ? IntegerForm::too_large : IntegerForm::good;
  return parsed;
}

std::optional<double> parse_core_number(std::string_view word) {
  const ParsedInteger integer = parse_core_integer(word);
  if (integer.form == IntegerForm::good) return static_cast<double>(integer.value);
  word = without_plus(word);
  if (word.find_first_not_of("0123456789.eE+-") != word.npos) return std::nullopt;  // from_chars would take "inf"
  double value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc{} || end != word.data() + word.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

Value core_value(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
    case Node::Kind::invalid: return {};
    case Node::Kind::list: {
      Value::List list;
      for (const Node& item : node.items) list.push_back(core_value(item));
      return list;
    }
    case Node::Kind::map: {
      Value::Map map;
      for (const Entry& entry : node.entries) map.emplace(entry.key, core_value(entry.value));
      return map;
    }
    case Node::Kind::scalar: break;
  }
  if (node.quoted) return node.text;
  if (const auto flag = parse_core_boolean(node.text)) return *flag;
  if (const auto integer = parse_core_integer(node.text); integer.form == IntegerForm::good) return integer.value;
  if (const auto number = parse_core_number(node.text)) return *number;
  return node.text;
}

}  // namespace m2ag::host
