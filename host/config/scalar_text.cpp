#include "config/scalar_text.h"

#include <algorithm>

namespace m2ag::host {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kSpace = " \t\r\n";

bool is_space(char c) { return kSpace.find(c) != kSpace.npos; }

std::size_t behind_properties(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == '!' || text[at] == '&')) {
    at = std::min(text.find_first_of(kSpace, at), text.size());
    at = std::min(text.find_first_not_of(kSpace, at), text.size());
  }
  return at;
}

std::optional<std::size_t> behind_quotes(std::string_view text, std::size_t at) {
  const char quote = text[at];
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      if (quote == '"' || i + 1 == text.size() || text[i + 1] != '\'') return i + 1;
      ++i;
    }
  }
  return std::nullopt;
}

/// Plain and block scalars have no escapes: only their white space is another in the file than in the value (YAML 1.2, 6.5 and 8.1).
std::optional<std::size_t> behind_words(std::string_view text, std::size_t at, std::string_view value) {
  for (const char c : value) {
    if (is_space(c)) continue;
    while (at < text.size() && is_space(text[at])) ++at;
    if (at == text.size() || text[at] != c) return std::nullopt;
    ++at;
  }
  return at;
}

}  // namespace

ScalarText::ScalarText(std::string_view text)
    : skipped_(text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0), lines_(text.substr(skipped_)) {}

/// Columns of marks count characters.
std::size_t ScalarText::offset_of(const Mark& mark) const {
  const std::string_view text = lines_.text();
  if (mark.line < 1 || static_cast<std::size_t>(mark.line) > lines_.count()) return text.size();
  std::size_t at = lines_.start_of(static_cast<std::size_t>(mark.line) - 1);
  for (int column = 1; at < text.size(); ++at) {
    const bool begins_character = (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
    if (begins_character && column++ == mark.column) break;
  }
  return at;
}

std::optional<TextRange> ScalarText::range(const Node& node) const {
  const std::string_view text = lines_.text();
  const std::size_t begin = behind_properties(text, offset_of(node.mark));
  if (begin >= text.size()) return std::nullopt;
  std::optional<std::size_t> end;
  if (text[begin] == '"' || text[begin] == '\'') {
    end = behind_quotes(text, begin);
  } else if (text[begin] == '|' || text[begin] == '>') {
    end = behind_words(text, std::min(text.find('\n', begin), text.size()), node.text);
  } else {
    end = behind_words(text, begin, node.text);
  }
  if (!end) return std::nullopt;
  return TextRange{begin + skipped_, *end + skipped_};
}

std::string quoted_scalar(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    switch (c) {
      case '\n': quoted += "\\n"; break;
      case '\r': quoted += "\\r"; break;
      case '\t': quoted += "\\t"; break;
      case '"':
      case '\\': quoted += '\\'; [[fallthrough]];
      default: quoted += c;
    }
  }
  return quoted + '"';
}

}  // namespace m2ag::host
