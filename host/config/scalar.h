// What an unquoted word of YAML is, by the core schema of YAML 1.2 (§10.3.2): `on` and `yes` are text, 0x76 and 0o17 are integers.
// Pure functions. Any thread.
#pragma once

#include <m2ag/value.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "config/document.h"

namespace m2ag::host {

/// `true True TRUE false False FALSE`.
std::optional<bool> parse_core_boolean(std::string_view word);
/// Those, and `on off yes no` in the same three spellings: where a boolean is wanted.
std::optional<bool> parse_wanted_boolean(std::string_view word);

enum class IntegerForm { none, good, too_large };
struct ParsedInteger {
  IntegerForm form = IntegerForm::none;
  std::int64_t value = 0;
};
/// `42 -7 +1 0x76 0o17`; only decimal takes a sign.
ParsedInteger parse_core_integer(std::string_view word);

/// Integers and `21.5 -.5 1e3`; not infinity, not NaN.
std::optional<double> parse_core_number(std::string_view word);

/// The value of a tree that no schema speaks of. An integer beyond 64 bits becomes a number; `invalid` becomes null.
Value core_value(const Node& node);

}  // namespace m2ag::host
