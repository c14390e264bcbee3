#include "component/register_value.h"

#include <fmt/format.h>

#include "component/arguments.h"
#include "config/bind.h"
#include "config/expectation.h"
#include "config/hint.h"
#include "core/json.h"
#include "core/topic.h"

namespace m2ag::host {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto begin = text.find_first_not_of(kSpace);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

bool is_made_of_keys(const ParamSpec& spec) {
  return spec.type == ParamType::group || spec.type == ParamType::map || spec.type == ParamType::gpio_line;
}

bool is_collection(const ParamSpec& spec) {
  return spec.type == ParamType::group || spec.type == ParamType::map || spec.type == ParamType::list;
}

/// What stands bare in a payload, as if it stood in a descriptor.
Node bare(std::string_view payload, const ParamSpec& spec) {
  const std::string_view text = trimmed(payload);
  if (is_collection(spec)) {
    std::string error;
    if (const auto parsed = parse_json(text, error)) return to_node(*parsed);
  }
  Node node;
  node.kind = Node::Kind::scalar;
  node.text = text;
  if (spec.type == ParamType::boolean && text == "1") node.text = "true";
  if (spec.type == ParamType::boolean && text == "0") node.text = "false";
  if (spec.type == ParamType::text && spec.choices.empty()) node.text = payload;  // spaces are part of it
  node.quoted = spec.type == ParamType::text;
  return node;
}

/// A text in JSON counts as if it stood bare: who builds objects from what people type needs no types.
Node node_of(const Value& value, const ParamSpec& spec) {
  return value.is_text() ? bare(value.as_text(), spec) : to_node(value);
}

std::variant<RegisterRequest, Refusal> check(const Node& node, const ParamSpec& spec, std::string transaction) {
  Problems problems;
  Value value = bind_value(node, spec, spec.name, problems);
  if (problems.has_errors()) return Refusal{"bad_value", sentence_of(problems)};
  return RegisterRequest{std::move(value), std::move(transaction)};
}

const ParamSpec* field_of(const ParamSpec& spec, std::string_view key) {
  if (spec.type == ParamType::map) return spec.fields.empty() ? nullptr : &spec.fields.front();
  for (const ParamSpec& field : spec.fields) {
    if (field.name == key) return &field;
  }
  return nullptr;
}

}  // namespace

Value as_written(const Value& value, const ParamSpec& spec) {
  const bool has_unit = spec.type == ParamType::duration || spec.type == ParamType::size;
  if (has_unit && value.is_integer()) return written(value, spec);
  if (value.is_list() && !spec.fields.empty()) {
    Value::List list;
    for (const Value& each : value.as_list()) list.push_back(as_written(each, spec.fields.front()));
    return list;
  }
  if (value.is_map()) {
    Value::Map map;
    for (const auto& [key, each] : value.as_map()) {
      const ParamSpec* field = field_of(spec, key);
      map.emplace(key, field == nullptr ? each : as_written(each, *field));
    }
    return map;
  }
  return value;
}

std::optional<Value> from_written(const Value& written, const ParamSpec& spec) {
  Problems problems;
  Value value = bind_value(to_node(written), spec, spec.name, problems);
  return problems.has_errors() ? std::nullopt : std::optional(std::move(value));
}

std::string register_text(const Value& value, const ParamSpec& spec) {
  if (value.is_null()) return {};
  if (value.is_bool()) return value.as_bool() ? "ON" : "OFF";
  if (value.is_list() || value.is_map()) return dump_json(as_written(value, spec));
  return written(value, spec);
}

std::variant<RegisterRequest, Refusal> decode_register(std::string_view payload, const ParamSpec& spec) {
  if (!trimmed(payload).starts_with('{')) {
    if (!valid_utf8(payload)) return Refusal{"not_utf8", "the payload is not UTF-8 text"};
    return check(bare(payload, spec), spec, {});
  }
  auto decoded = decode_run(payload, "a JSON object such as {\"value\": …}");
  if (auto* refusal = std::get_if<Refusal>(&decoded)) return std::move(*refusal);
  auto& [object, transaction] = std::get<RunRequest>(decoded);
  const Value* value = object.find("value");
  if (value == nullptr && is_made_of_keys(spec)) return check(to_node(object), spec, std::move(transaction));
  if (value == nullptr) return Refusal{"bad_payload", "expected the key \"value\" in the JSON object"};
  for (const auto& [key, other] : object.as_map()) {
    if (key != "value")
      return Refusal{"bad_payload", fmt::format("unknown key {}: expected value and transaction", quote(key))};
  }
  return check(node_of(*value, spec), spec, std::move(transaction));
}

}  // namespace m2ag::host
