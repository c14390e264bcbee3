#include "config/bind.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "config/expectation.h"
#include "config/hint.h"
#include "config/scalar.h"
#include "core/duration.h"

namespace m2ag::host {
namespace {

/// Integers are compared as integers as far as the limits allow: a double has 53 bits.
bool inside(const Value& value, const ParamSpec& spec) {
  const auto number =
      value.is_integer() ? static_cast<long double>(value.as_integer()) : static_cast<long double>(value.as_number());
  return (!spec.minimum || number >= static_cast<long double>(*spec.minimum)) &&
         (!spec.maximum || number <= static_cast<long double>(*spec.maximum));
}

bool same(const Value& a, const Value& b) {
  return a == b || (a.is_number() && b.is_number() && a.as_number() == b.as_number());
}

bool is_key_of_map(std::string_view key) {
  return !key.empty() && key.size() <= 63 && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

class Binder {
 public:
  Binder(Problems& problems, const BindOptions& options) : problems_(problems), options_(options) {}

  Value::Map group(const Node& node, const std::vector<ParamSpec>& specs, const Mark& owner, const std::string& path) {
    Value::Map settings;
    if (node.is_invalid()) return settings;
    for (const Entry& entry : node.entries) {
      if (!options_.unknown_keys && !is_known(entry.key, specs)) unknown_key(entry, specs, path);
    }
    for (const ParamSpec& spec : specs) {
      const std::string inner = join_path(path, spec.name);
      Value value;
      if (const Entry* entry = node.find(spec.name)) {
        value = given(*entry, spec, inner);
      } else if (spec.required) {
        missing_key(node, spec, specs, owner, path);
      } else if (spec.type == ParamType::group && spec.default_value.is_map()) {
        value = group(Node{}, spec.fields, owner, inner);
      } else {
        value = spec.default_value;
      }
      if (!value.is_null()) settings.emplace(spec.name, std::move(value));
    }
    return settings;
  }

  /// Null after a problem.
  Value value(const Node& node, const Mark& owner, const ParamSpec& spec, const std::string& path) {
    if (node.is_invalid()) return {};
    if (node.secret && options_.secrets != nullptr) options_.secrets->push_back(path);
    switch (spec.type) {
      case ParamType::list: return list(node, spec, path);
      case ParamType::map: return map(node, spec, path);
      case ParamType::group:
        if (!node.is_map() && !node.is_null()) return wrong(node, spec, path);
        return group(node, spec.fields, owner, path);
      case ParamType::gpio_line:
        if (node.is_map()) return gpio_line(node, owner, path);
        break;
      default: break;
    }
    if (!node.is_scalar()) return wrong(node, spec, path);
    const std::optional<Value> scalar = this->scalar(node, spec, path);
    if (!scalar || !allowed(*scalar, node, spec, path)) return {};
    return *scalar;
  }

 private:
  Value given(const Entry& entry, const ParamSpec& spec, const std::string& path) {
    const bool container = spec.type == ParamType::group || spec.type == ParamType::list || spec.type == ParamType::map;
    // "key:" with nothing behind it is as good as no key where there is neither a default nor a need for a value.
    if (entry.value.is_null() && !container && !spec.required && spec.default_value.is_null()) return {};
    return value(entry.value, entry.key_mark, spec, path);
  }

  static bool is_known(std::string_view key, const std::vector<ParamSpec>& specs) {
    return std::any_of(specs.begin(), specs.end(), [key](const ParamSpec& spec) { return spec.name == key; });
  }

  /// One mistake is told once: a mistyped key is not missing too.
  void missing_key(const Node& node, const ParamSpec& spec, const std::vector<ParamSpec>& specs, const Mark& owner,
                   const std::string& path) {
    const std::string_view name[] = {spec.name};
    for (const Entry& entry : node.entries) {
      if (is_known(entry.key, specs) || did_you_mean(entry.key, name).empty()) continue;
      if (options_.unknown_keys) unknown_key(entry, {spec}, path);
      return;
    }
    problems_.error(owner, path, fmt::format("the required key \"{}\" is missing{}", spec.name, purpose(spec)));
  }

  void unknown_key(const Entry& entry, const std::vector<ParamSpec>& specs, const std::string& path) {
    std::vector<std::string_view> names;
    for (const ParamSpec& spec : specs) names.push_back(spec.name);
    std::string hint = did_you_mean(entry.key, names);
    if (hint.empty() && !names.empty()) hint = fmt::format(", known are {}", fmt::join(names, ", "));
    problems_.error(entry.key_mark, join_path(path, entry.key), "unknown key" + hint);
  }

  static std::string purpose(const ParamSpec& spec) {
    return spec.description.empty() ? "" : fmt::format(" ({})", spec.description);
  }

  Value wrong(const Node& node, const ParamSpec& spec, const std::string& path) {
    std::string way_out;
    if (node.is_scalar() && spec.type == ParamType::list && !node.secret && !spec.secret &&
        node.text == printable(node.text) && node.text.size() < 40) {
      way_out = fmt::format("; write [{}]", node.text);
    }
    if (node.is_scalar() && !node.quoted && (spec.type == ParamType::group || spec.type == ParamType::map)) {
      const std::size_t colon = node.text.find(':');
      if (colon != node.text.npos) way_out = "; is a space missing after \":\"?";
    }
    problems_.error(node.mark, path,
                    fmt::format("expected {}, found {}{}", expected(spec), found(node, spec), way_out));
    return {};
  }

  /// A list or map that says nothing of its elements takes any.
  Value element(const Node& node, const Mark& owner, const ParamSpec& spec, const std::string& path) {
    return spec.fields.empty() ? core_value(node) : value(node, owner, spec.fields.front(), path);
  }

  Value list(const Node& node, const ParamSpec& spec, const std::string& path) {
    if (!node.is_list() && !node.is_null()) return wrong(node, spec, path);
    Value::List list;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      Value element = this->element(node.items[i], node.items[i].mark, spec, join_path(path, i));
      if (!element.is_null()) list.push_back(std::move(element));
    }
    return list;
  }

  Value map(const Node& node, const ParamSpec& spec, const std::string& path) {
    if (!node.is_map() && !node.is_null()) return wrong(node, spec, path);
    Value::Map map;
    for (const Entry& entry : node.entries) {
      const std::string inner = join_path(path, entry.key);
      if (!is_key_of_map(entry.key)) {
        problems_.error(entry.key_mark, inner, "a key here is 1 to 63 of a-z, 0-9 and \"-\"");
        continue;
      }
      Value element = this->element(entry.value, entry.key_mark, spec, inner);
      if (!element.is_null()) map.emplace(entry.key, std::move(element));
    }
    return map;
  }

  Value gpio_line(const Node& node, const Mark& owner, const std::string& path) {
    ParamSpec chip;
    chip.name = "chip";
    chip.required = true;
    ParamSpec offset;
    offset.name = "offset";
    offset.type = ParamType::integer;
    offset.required = true;
    offset.minimum = 0;
    offset.maximum = 1023;
    return group(node, {chip, offset}, owner, path);
  }

  /// Nothing after a problem.
  std::optional<Value> scalar(const Node& node, const ParamSpec& spec, const std::string& path) {
    const auto refuse = [&](std::string_view way_out = {}) {
      problems_.error(node.mark, path,
                      fmt::format("expected {}, found {}{}", expected(spec), found(node, spec), way_out));
      return std::optional<Value>();
    };
    const bool is_text = node.quoted;
    switch (spec.type) {
      case ParamType::boolean: {
        const auto flag = parse_wanted_boolean(node.text);
        if (!flag) return refuse();
        if (is_text) return refuse(" in quotes; take them away");
        return Value(*flag);
      }
      case ParamType::integer: {
        const ParsedInteger integer = parse_core_integer(node.text);
        if (integer.form == IntegerForm::too_large) return out_of_range(node, spec, path);
        if (integer.form == IntegerForm::none) return refuse();
        if (is_text) return refuse(" in quotes; take them away");
        return Value(integer.value);
      }
      case ParamType::number: {
        const auto number = parse_core_number(node.text);
        if (!number) return refuse();
        if (is_text) return refuse(" in quotes; take them away");
        return Value(*number);
      }
      case ParamType::duration:
      case ParamType::size: return quantity(node, spec, path);
      case ParamType::gpio_line:
        if (node.text.empty()) return refuse();
        return Value(node.text);
      default: return Value(node.text);
    }
  }

  std::optional<Value> quantity(const Node& node, const ParamSpec& spec, const std::string& path) {
    const bool is_duration = spec.type == ParamType::duration;
    try {
      if (is_duration) return Value(parse_duration(node.text).count());
      return Value(parse_size(node.text));
    } catch (const ConfigError&) {
      std::string way_out;
      const bool hidden = node.secret || spec.secret;
      const bool digits = !node.text.empty() && node.text.find_first_not_of("0123456789") == node.text.npos;
      const std::size_t point = node.text.find_first_of(".,");
      if (digits && !hidden)
        way_out = fmt::format(": the unit is missing, one of {}",
                              is_duration ? "us, ms, s, m, h, d" : "B, KiB, MiB, GiB, TiB");
      if (point != node.text.npos && parse_core_number(node.text.substr(0, point)) && !hidden)
        way_out = ": only whole numbers; take a smaller unit";
      problems_.error(node.mark, path,
                      fmt::format("expected {}, found {}{}", expected(spec), found(node, spec), way_out));
      return std::nullopt;
    }
  }

  std::optional<Value> out_of_range(const Node& node, const ParamSpec& spec, const std::string& path) {
    const std::string range = range_of(spec);
    const bool hidden = node.secret || spec.secret;
    problems_.error(node.mark, path,
                    fmt::format("{} is out of range{}{}", hidden ? "the secret" : printable(node.text),
                                range.empty() ? "" : ", expected ", range));
    return std::nullopt;
  }

  bool allowed(const Value& value, const Node& node, const ParamSpec& spec, const std::string& path) {
    if (!spec.choices.empty()) {
      if (std::any_of(spec.choices.begin(), spec.choices.end(),
                      [&](const Value& choice) { return same(choice, value); }))
        return true;
      std::vector<std::string> words;
      for (const Value& choice : spec.choices) words.push_back(written(choice, spec));
      const bool hidden = node.secret || spec.secret;
      const std::string hint = value.is_text() && !hidden ? did_you_mean(value.as_text(), words) : "";
      problems_.error(node.mark, path,
                      fmt::format("{} is not one of {}{}",
                                  hidden            ? "the secret"
                                  : value.is_text() ? quote(node.text)
                                                    : printable(node.text),
                                  fmt::join(words, ", "), hint));
      return false;
    }
    if (value.is_number() && !inside(value, spec)) {
      out_of_range(node, spec, path);
      return false;
    }
    if (value.is_text() && spec.required && value.as_text().empty()) {
      problems_.error(node.mark, path, fmt::format("expected {}, found an empty text", expected(spec)));
      return false;
    }
    return true;
  }

  Problems& problems_;
  const BindOptions& options_;
};

}  // namespace

Value bind_settings(const Node& node, const std::vector<ParamSpec>& specs, const Mark& owner, const std::string& path,
                    Problems& problems, const BindOptions& options) {
  ParamSpec whole;
  whole.type = ParamType::group;
  whole.fields = specs;
  Value settings = Binder(problems, options).value(node, owner, whole, path);
  return settings.is_null() ? Value(Value::Map{}) : settings;
}

Value bind_settings(const Node& node, const std::vector<ParamSpec>& specs, const Mark& owner, const std::string& path,
                    Problems& problems) {
  return bind_settings(node, specs, owner, path, problems, {});
}

Value bind_value(const Node& node, const ParamSpec& spec, const std::string& path, Problems& problems) {
  const BindOptions options;
  return Binder(problems, options).value(node, node.mark, spec, path);
}

const std::vector<Entry>& entries_of(const Node& node, const std::string& path, std::string_view expected,
                                     Problems& problems) {
  if (!node.is_map() && !node.is_null() && !node.is_invalid())
    problems.error(node.mark, path, fmt::format("expected {}", expected));
  return node.entries;
}

Value take(Value::Map& settings, std::string_view key) {
  const auto found = settings.find(key);
  if (found == settings.end()) return {};
  Value value = std::move(found->second);
  settings.erase(found);
  return value;
}

std::string take_text(Value::Map& settings, std::string_view key) {
  const Value value = take(settings, key);
  return value.is_text() ? value.as_text() : std::string();
}

Node to_node(const Value& value) {
  Node node;
  if (value.is_null()) return node;
  node.kind = Node::Kind::scalar;
  if (value.is_text()) {
    node.text = value.as_text();
    node.quoted = true;
  } else if (value.is_bool()) {
    node.text = value.as_bool() ? "true" : "false";
  } else if (value.is_integer()) {
    node.text = fmt::format("{}", value.as_integer());
  } else if (value.is_number()) {
    node.text = fmt::format("{}", value.as_number());
  } else if (value.is_list()) {
    node.kind = Node::Kind::list;
    for (const Value& item : value.as_list()) node.items.push_back(to_node(item));
  } else {
    node.kind = Node::Kind::map;
    for (const auto& [key, item] : value.as_map()) node.entries.push_back({key, {}, to_node(item)});
  }
  return node;
}

}  // namespace m2ag::host
