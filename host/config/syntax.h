// Turns yaml-cpp's terse syntax errors into a sentence that says what to do, at the place where the mistake is.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "config/text_lines.h"

namespace m2ag::host {

/// A place as the parser counts: from 0, columns in bytes.
struct BytePlace {
  std::size_t line = 0;
  std::size_t column = 0;
};

/// The innermost `[` or `{` that was open when the parser stopped.
struct OpenFlow {
  BytePlace place;
  bool list;
};

struct SyntaxError {
  BytePlace place;
  std::string sentence;
};

/// `parser_message` is yaml-cpp's, `place` where it stopped.
SyntaxError explain(std::string_view parser_message, BytePlace place, const TextLines& lines,
                    const std::optional<OpenFlow>& open);

/// A document began at `place` though one was there already: by `---`, or because the line is indented less than the first.
SyntaxError explain_second_document(BytePlace place, const TextLines& lines);

/// Looks at the quoted text that begins at or after `place` (after tag and anchor): its quote, when it is never closed. yaml-cpp lets that pass.
std::optional<SyntaxError> find_open_quote(BytePlace place, const TextLines& lines);

/// YAML 1.2, 7.4: what a mapping's key on one line may have.
bool is_too_long_for_key(std::string_view text);
inline constexpr const char* kKeyTooLong = "this key is too long, a key has at most 1024 characters";

}  // namespace m2ag::host
