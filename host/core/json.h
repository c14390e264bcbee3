// m2ag::Value to and from JSON: what a payload, a reply and the device database hold.
#pragma once

#include <m2ag/value.h>

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace m2ag::host {

nlohmann::json to_json(const Value& value);

/// Integers that fit stay integers; larger ones become numbers. Binary is not possible in JSON text.
Value from_json(const nlohmann::json& json);

/// Parses text of at most `depth` levels; nothing when it is not JSON or a key is twice in one object, and then `error` says where and why.
std::optional<Value> parse_json(std::string_view text, std::string& error, int depth = 16);

/// Compact, and never throws: text that is not UTF-8 is replaced.
std::string dump_json(const Value& value);

}  // namespace m2ag::host
