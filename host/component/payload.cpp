#include "component/payload.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/duration.h"
#include "core/json.h"
#include "core/topic.h"

namespace m2ag::host {
namespace {

constexpr std::size_t kShownPayload = 40;

/// What was found, for a sentence: quoted, cut, without control characters.
std::string shown_text(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, kShownPayload)) out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
  // A cut in the middle of a character would make the reply something that is not UTF-8.
  while (!valid_utf8(out)) out.pop_back();
  return text.size() > kShownPayload ? fmt::format("\"{}…\"", out) : fmt::format("\"{}\"", out);
}

std::string shown(const Value& value) { return shown_text(value.is_text() ? value.as_text() : dump_json(value)); }

std::string_view trimmed(std::string_view text) {
  const auto space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<double> to_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

std::string words(const std::vector<std::string>& choices) { return fmt::format("{}", fmt::join(choices, ", ")); }

using Checked = std::variant<std::variant<Value, Toggle>, Refusal>;

Checked check_boolean(const Value& value, const ChannelSpec& channel) {
  if (value.is_bool()) return std::variant<Value, Toggle>(value);
  std::string word = value.is_text()      ? std::string(trimmed(value.as_text()))
                     : value.is_integer() ? std::to_string(value.as_integer())
                                          : "";
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (word == "on" || word == "true" || word == "1") return std::variant<Value, Toggle>(Value(true));
  if (word == "off" || word == "false" || word == "0") return std::variant<Value, Toggle>(Value(false));
  if (word == "toggle") return std::variant<Value, Toggle>(Toggle{});
  return Refusal{"wrong_type", fmt::format("{}: expected ON, OFF, true, false, 1, 0 or toggle, found {}", channel.name,
                                           shown(value))};
}

Checked check_number(const Value& value, const ChannelSpec& channel) {
  std::optional<double> number;
  if (value.is_number()) number = value.as_number();
  if (value.is_text()) number = to_number(trimmed(value.as_text()));
  if (!number || !std::isfinite(*number)) {
    return Refusal{"wrong_type",
                   fmt::format("{}: expected a number such as 21.5, found {}", channel.name, shown(value))};
  }
  const double low = channel.minimum.value_or(-HUGE_VAL), high = channel.maximum.value_or(HUGE_VAL);
  if (*number < low || *number > high) {
    return Refusal{"out_of_range", fmt::format("{}: {} is out of range, expected {} to {}{}{}", channel.name, *number,
                                               low, high, channel.unit.empty() ? "" : " ", channel.unit)};
  }
  return std::variant<Value, Toggle>(Value(*number));
}

Checked check_text(const Value& value, const ChannelSpec& channel) {
  if (!value.is_text())
    return Refusal{"wrong_type", fmt::format("{}: expected text, found {}", channel.name, shown(value))};
  const auto& choices = channel.choices;
  if (!choices.empty() && std::find(choices.begin(), choices.end(), value.as_text()) == choices.end()) {
    return Refusal{"out_of_range",
                   fmt::format("{}: expected one of {}, found {}", channel.name, words(choices), shown(value))};
  }
  return std::variant<Value, Toggle>(value);
}

/// None and null are the same.
std::string transaction_text(const Value* transaction) {
  if (transaction == nullptr || transaction->is_null()) return {};
  return transaction->is_text() ? transaction->as_text() : dump_json(*transaction);
}

/// In a payload that is cut or is no JSON a plain transaction near its beginning is found all the same: without it, who sent it by MQTT 3.1.1
/// would not know the answer.
std::string transaction_in_broken_json(std::string_view payload) {
  constexpr std::string_view kKey = "\"transaction\"";
  constexpr std::size_t kLooked = 4096;
  constexpr std::size_t kLongest = 200;
  payload = payload.substr(0, kLooked);
  const auto key = payload.find(kKey);
  if (key == std::string_view::npos) return {};
  std::string_view rest = trimmed(payload.substr(key + kKey.size()));
  if (!rest.starts_with(':')) return {};
  rest = trimmed(rest.substr(1));
  if (!rest.starts_with('"')) return {};
  rest.remove_prefix(1);
  const std::string_view text = rest.substr(0, rest.find_first_of("\"\\"));
  const bool ends = text.size() < rest.size() && rest[text.size()] == '"';
  return ends && text.size() <= kLongest && valid_utf8(text) ? std::string(text) : std::string();
}

/// The parts of `{"value": …, "for": …, "transaction": …}`.
std::variant<SetRequest, Refusal> decode_object(const Value& object, const ChannelSpec& channel) {
  SetRequest request;
  if (const Value* transaction = object.find("transaction")) {
    request.transaction = transaction_text(transaction);
  }
  for (const auto& [key, value] : object.as_map()) {
    if (key != "value" && key != "for" && key != "transaction") {
      return Refusal{"bad_payload",
                     fmt::format("unknown key {}: expected value, for and transaction", shown_text(key))};
    }
  }
  const Value* value = object.find("value");
  if (value == nullptr) return Refusal{"bad_payload", "expected the key \"value\" in the JSON object"};
  if (const Value* duration = object.find("for")) {
    if (!duration->is_text())
      return Refusal{"wrong_type", fmt::format("for: expected a duration such as \"10m\", found {}", shown(*duration))};
    try {
      request.duration = parse_duration(duration->as_text());
    } catch (const ConfigError& error) {
      return Refusal{"wrong_type", fmt::format("for: {}", error.what())};
    }
    if (*request.duration > kLongestDuration) return Refusal{"out_of_range", "for: expected at most 366d"};
    if (request.duration->count() == 0) return Refusal{"out_of_range", "for: expected more than nothing"};
  }
  auto checked = check_value(*value, channel);
  if (auto* refusal = std::get_if<Refusal>(&checked)) return std::move(*refusal);
  request.value = std::get<0>(std::move(checked));
  return request;
}

std::variant<Value, Refusal> decode_json(std::string_view payload, const char* expected) {
  std::string error;
  auto value = parse_json(payload, error);
  if (!value) return Refusal{"bad_json", fmt::format("expected {}: {}", expected, error)};
  if (!value->is_map()) return Refusal{"bad_json", fmt::format("expected {}, found {}", expected, value->kind())};
  return std::move(*value);
}

const Refusal kNotUtf8{"not_utf8", "the payload is not UTF-8 text"};

}  // namespace

Checked check_value(const Value& value, const ChannelSpec& channel) {
  switch (channel.type) {
    case ChannelType::boolean: return check_boolean(value, channel);
    case ChannelType::number: return check_number(value, channel);
    default: return check_text(value, channel);
  }
}

std::variant<SetRequest, Refusal> decode_set(std::string_view payload, const ChannelSpec& channel) {
  if (!valid_utf8(payload)) return kNotUtf8;
  if (trimmed(payload).starts_with('{')) {
    auto object = decode_json(payload, "a JSON object such as {\"value\": \"ON\", \"for\": \"10m\"}");
    if (auto* refusal = std::get_if<Refusal>(&object)) return std::move(*refusal);
    return decode_object(std::get<Value>(object), channel);
  }
  auto checked = check_value(Value(payload), channel);
  if (auto* refusal = std::get_if<Refusal>(&checked)) return std::move(*refusal);
  SetRequest request;
  request.value = std::get<0>(std::move(checked));
  return request;
}

std::variant<ComponentSetRequest, Refusal> decode_component_set(std::string_view payload) {
  if (!valid_utf8(payload)) return kNotUtf8;
  ComponentSetRequest request;
  request.payload = payload;
  if (!trimmed(payload).starts_with('{')) return request;
  auto object = decode_json(payload, "a JSON object of channels such as {\"state\": \"ON\"}");
  if (auto* refusal = std::get_if<Refusal>(&object)) return std::move(*refusal);
  const Value& map = std::get<Value>(object);
  if (map.find("value") != nullptr) return request;
  request.channels = map.as_map();
  if (const auto transaction = request.channels.find("transaction"); transaction != request.channels.end()) {
    request.transaction = transaction_text(&transaction->second);
    request.channels.erase(transaction);
  }
  if (request.channels.empty()) return Refusal{"bad_payload", "expected at least one channel in the JSON object"};
  return request;
}

std::variant<RunRequest, Refusal> decode_run(std::string_view payload, const char* expected) {
  if (!valid_utf8(payload)) return kNotUtf8;
  RunRequest request;
  if (trimmed(payload).empty()) return request;
  auto object = decode_json(payload, expected);
  if (auto* refusal = std::get_if<Refusal>(&object)) return std::move(*refusal);
  Value::Map arguments = std::get<Value>(object).as_map();
  if (const auto transaction = arguments.find("transaction"); transaction != arguments.end()) {
    request.transaction = transaction_text(&transaction->second);
    arguments.erase(transaction);
  }
  request.arguments = std::move(arguments);
  return request;
}

std::string transaction_of(std::string_view payload) {
  std::string error;
  if (!trimmed(payload).starts_with('{')) return {};
  const auto object = parse_json(payload, error);
  if (!object) return transaction_in_broken_json(payload);
  return transaction_text(object->find("transaction"));
}

}  // namespace m2ag::host
