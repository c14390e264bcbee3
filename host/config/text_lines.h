// The text of a file by line, to turn the parser's byte columns into characters and to look at what stands at a place.
// Holds a view: the text must outlive it. Immutable after construction.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace m2ag::host {

/// Where `text` stops being UTF-8 without control characters (tab, line feed, carriage return are fine); nothing when it never does.
struct BadByte {
  std::size_t offset;
  unsigned char byte;
  bool control;  ///< a control character, else not UTF-8
};
std::optional<BadByte> find_bad_byte(std::string_view text);

class TextLines {
 public:
  explicit TextLines(std::string_view text);

  std::string_view text() const { return text_; }
  /// Lines count from 0 here; without the line end. Empty past the last.
  std::string_view line(std::size_t index) const;
  std::size_t count() const { return starts_.size(); }
  /// Offset of a line's byte column; the text's end when past it.
  std::size_t offset(std::size_t line, std::size_t byte_column) const;
  std::size_t line_of(std::size_t offset) const;
  std::size_t start_of(std::size_t line) const { return starts_[line]; }
  /// Characters before a byte column.
  std::size_t character_column(std::size_t line, std::size_t byte_column) const;

 private:
  /// Bytes before `offset` that are not the first of their character.
  std::size_t following_bytes(std::size_t offset) const;

  std::string_view text_;
  std::vector<std::size_t> starts_;
  std::vector<std::size_t> following_;  ///< of each block's begin: a line may be as long as the file
};

}  // namespace m2ag::host
