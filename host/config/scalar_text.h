// The bytes that scalars have in the text of their file, and how to write one that means the same. Immutable; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "config/document.h"
#include "config/text_lines.h"

namespace m2ag::host {

/// From `begin` up to `end`, quotes and the header of a block scalar included, tag and anchor not.
struct TextRange {
  std::size_t begin = 0, end = 0;
};

class ScalarText {
 public:
  /// The text must outlive this.
  explicit ScalarText(std::string_view text);

  /// `node` was read from the text. Nothing when that is not so.
  std::optional<TextRange> range(const Node& node) const;

 private:
  std::size_t offset_of(const Mark& mark) const;

  std::size_t skipped_;  // a byte order mark, which places do not count
  TextLines lines_;
};

/// In double quotes, on one line.
std::string quoted_scalar(std::string_view text);

}  // namespace m2ag::host
