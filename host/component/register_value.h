// A register's value on its way between topic, device database and component. Pure functions. Any thread.
#pragma once

#include <m2ag/parameter.h>

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "component/payload.h"

namespace m2ag::host {

/// As its topic has it: ON, 10s, 0x76, lists and maps as JSON; empty when there is no value.
std::string register_text(const Value& value, const ParamSpec& spec);

/// As a descriptor would say it, and the device database does: durations and sizes are texts with their unit.
Value as_written(const Value& value, const ParamSpec& spec);

/// The other way. Nothing when it does not fit, for example since the plugin's limits have changed.
std::optional<Value> from_written(const Value& written, const ParamSpec& spec);

struct RegisterRequest {
  Value value;
  std::string transaction;
};

/// Reads the bare value (lists and maps as JSON) or `{"value": …, "transaction": …}`, and checks it as a descriptor's.
std::variant<RegisterRequest, Refusal> decode_register(std::string_view payload, const ParamSpec& spec);

}  // namespace m2ag::host
