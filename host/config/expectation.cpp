#include "config/expectation.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <optional>

#include "config/hint.h"
#include "core/duration.h"

namespace m2ag::host {
namespace {

/// 2^63 and beyond: the limit of the type, which nobody set.
constexpr double kBeyondIntegers = 9.2e18;

std::string limit(double value, const ParamSpec& spec) {
  if (spec.type == ParamType::number) return fmt::format("{}", value);
  return written(Value(static_cast<std::int64_t>(value)), spec);
}

}  // namespace

std::string expected(const ParamSpec& spec) {
  switch (spec.type) {
    case ParamType::boolean: return "a boolean (true or false)";
    case ParamType::integer: return spec.hexadecimal ? "an integer such as 0x76" : "an integer";
    case ParamType::number: return spec.unit.empty() ? "a number" : fmt::format("a number ({})", spec.unit);
    case ParamType::text: return "text";
    case ParamType::duration: return "a duration such as 10s";
    case ParamType::size: return "a size such as 64KiB";
    case ParamType::gpio_line: return "a line's name such as GPIO17, or chip and offset";
    case ParamType::list: return "a list";
    case ParamType::map: return "a map";
    case ParamType::group: return "a map of settings";
  }
  return {};
}

std::string found(const Node& node, const ParamSpec& spec) {
  switch (node.kind) {
    case Node::Kind::list: return "a list";
    case Node::Kind::map: return "a map";
    case Node::Kind::scalar: return node.secret || spec.secret ? "a secret" : quote(node.text);
    case Node::Kind::null:
    case Node::Kind::invalid: break;
  }
  return "nothing";
}

std::string written(const Value& value, const ParamSpec& spec) {
  if (value.is_text()) return value.as_text();
  if (value.is_bool()) return value.as_bool() ? "true" : "false";
  if (value.is_integer()) {
    const std::int64_t integer = value.as_integer();
    if (spec.type == ParamType::duration) return format_duration(std::chrono::microseconds(integer));
    if (spec.type == ParamType::size) return format_size(integer);
    if (spec.hexadecimal && integer >= 0) return fmt::format("0x{:02x}", integer);
    return fmt::format("{}", integer);
  }
  if (value.is_number()) return fmt::format("{}", value.as_number());
  if (const Value* chip = value.find("chip")) {
    const Value* offset = value.find("offset");
    return fmt::format("{{chip: {}, offset: {}}}", written(*chip, spec),
                       offset == nullptr ? "" : written(*offset, spec));
  }
  return value.kind();
}

std::string range_of(const ParamSpec& spec) {
  const bool low = spec.minimum && *spec.minimum > -kBeyondIntegers;
  const bool high = spec.maximum && *spec.maximum < kBeyondIntegers;
  if (low && high) return fmt::format("{} to {}", limit(*spec.minimum, spec), limit(*spec.maximum, spec));
  if (low) return fmt::format("at least {}", limit(*spec.minimum, spec));
  if (high) return fmt::format("at most {}", limit(*spec.maximum, spec));
  return {};
}

}  // namespace m2ag::host
