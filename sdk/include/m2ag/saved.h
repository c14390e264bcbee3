// What an earlier run of a component has saved, when it is of the kind that is expected: the database may be another version's, or anybody's.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>

#include "context.h"

namespace m2ag {

/// [lane] `otherwise` when there is nothing, or something of another kind.
template <class T>
T saved_or(const Context& context, std::string_view key, T otherwise) {
  static_assert(std::same_as<T, bool> || std::same_as<T, std::int64_t> || std::same_as<T, double>);
  const std::optional<Value> value = context.saved(key);
  if (!value) return otherwise;
  if constexpr (std::same_as<T, bool>) {
    return value->is_bool() ? value->as_bool() : otherwise;
  } else if constexpr (std::same_as<T, std::int64_t>) {
    return value->is_integer() ? value->as_integer() : otherwise;
  } else {
    return value->is_number() ? value->as_number() : otherwise;
  }
}

}  // namespace m2ag
