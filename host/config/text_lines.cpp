#include "config/text_lines.h"

#include <algorithm>

namespace m2ag::host {
namespace {

/// Bytes of the UTF-8 sequence at the front of `text`, 0 when there is none (overlong forms and surrogates are none: RFC 3629 §4).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  std::size_t length = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  if (first >= 0xC2 && first <= 0xDF) length = 2;
  if (first >= 0xE0 && first <= 0xEF) length = 3;
  if (first >= 0xF0 && first <= 0xF4) length = 4;
  if (first == 0xE0) low = 0xA0;
  if (first == 0xED) high = 0x9F;
  if (first == 0xF0) low = 0x90;
  if (first == 0xF4) high = 0x8F;
  if (length == 0 || text.size() < length || byte(1) < low || byte(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  return length;
}

constexpr std::size_t kBlock = 256;

bool is_following(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

std::optional<BadByte> find_bad_byte(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7F) return BadByte{i, byte, true};
    const std::size_t length = utf8_length(text.substr(i));
    if (length == 0) return BadByte{i, byte, false};
    i += length;
  }
  return std::nullopt;
}

TextLines::TextLines(std::string_view text) : text_(text), starts_{0} {
  std::size_t following = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i % kBlock == 0) following_.push_back(following);
    if (is_following(text[i])) ++following;
    if (text[i] == '\n') starts_.push_back(i + 1);
  }
}

std::string_view TextLines::line(std::size_t index) const {
  if (index >= starts_.size()) return {};
  const std::size_t end = index + 1 < starts_.size() ? starts_[index + 1] - 1 : text_.size();
  std::string_view line = text_.substr(starts_[index], end - starts_[index]);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

std::size_t TextLines::offset(std::size_t line, std::size_t byte_column) const {
  if (line >= starts_.size()) return text_.size();
  return std::min(starts_[line] + byte_column, text_.size());
}

std::size_t TextLines::line_of(std::size_t offset) const {
  return static_cast<std::size_t>(std::upper_bound(starts_.begin(), starts_.end(), offset) - starts_.begin()) - 1;
}

std::size_t TextLines::character_column(std::size_t line, std::size_t byte_column) const {
  if (line >= starts_.size()) return byte_column;
  const std::size_t place = starts_[line] + std::min(byte_column, this->line(line).size());
  return byte_column - (following_bytes(place) - following_bytes(starts_[line]));
}

std::size_t TextLines::following_bytes(std::size_t offset) const {
  const std::size_t block = offset / kBlock;
  const std::size_t begin = std::min(block * kBlock, text_.size());
  const std::string_view rest = text_.substr(begin, offset - begin);
  const auto inside = std::count_if(rest.begin(), rest.end(), is_following);
  // An end of text at a block's edge has no block of its own.
  if (block >= following_.size())
    return block == 0 ? 0 : following_bytes(offset - 1) + (is_following(text_[offset - 1]) ? 1 : 0);
  return following_[block] + static_cast<std::size_t>(inside);
}

}  // namespace m2ag::host
