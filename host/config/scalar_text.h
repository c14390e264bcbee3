// The bytes that a scalar has in the text of its file, and how to write one that means the same. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "config/document.h"

namespace m2ag::host {

/// From `begin` up to `end`, quotes and the header of a block scalar included, tag and anchor not.
struct TextRange {
  std::size_t begin = 0, end = 0;
};

/// `node` was read from `text`. Nothing when that is not so.
std::optional<TextRange> range_of_scalar(std::string_view text, const Node& node);

/// In double quotes, on one line.
std::string quoted_scalar(std::string_view text);

}  // namespace m2ag::host
