#include "config/syntax.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/hint.h"

namespace m2ag::host {
namespace {

constexpr std::string_view kBlanks = " \t";

std::size_t indentation(std::string_view line) { return std::min(line.find_first_not_of(kBlanks), line.size()); }

bool is_content(std::string_view line) {
  const std::size_t first = line.find_first_not_of(kBlanks);
  return first != std::string_view::npos && line[first] != '#';
}

/// The nearest line above that is neither blank nor a comment.
std::optional<std::size_t> content_above(const TextLines& lines, std::size_t line) {
  while (line > 0) {
    if (is_content(lines.line(--line))) return line;
  }
  return std::nullopt;
}

bool has_key(std::string_view line) { return line.find(": ") != line.npos || (!line.empty() && line.back() == ':'); }

/// yaml-cpp found a `:` that belongs to no key.
SyntaxError explain_colon(BytePlace place, const TextLines& lines) {
  const std::string_view line = lines.line(place.line);
  if (line.substr(0, place.column).find(": ") != line.npos) {
    return {place, "a second \":\" in one line; if it belongs to the value, put the value in quotes"};
  }
  const std::size_t indent = indentation(line);
  if (is_too_long_for_key(line.substr(0, place.column).substr(std::min(indent, place.column))))
    return {{place.line, indent}, kKeyTooLong};
  if (const auto above = content_above(lines, place.line)) {
    const std::string_view previous = lines.line(*above);
    if (!has_key(previous)) {
      const BytePlace there{*above, indentation(previous)};
      const std::size_t colon = previous.find(':');
      if (colon != previous.npos) return {{*above, colon}, "a space is missing after \":\""};
      return {there, "this line has no \":\", so the next one cannot be understood"};
    }
    if (indent > indentation(previous)) {
      return {{place.line, indent},
              fmt::format("this line is indented deeper than line {}, which has a value already", *above + 1)};
    }
  }
  return {place, "this \":\" belongs to no key; text that contains \": \" must be in quotes"};
}

SyntaxError explain_block_end(BytePlace place, const TextLines& lines, bool list) {
  const std::string_view line = lines.line(place.line);
  if (place.column > indentation(line)) {
    return {place, "unexpected text after the value; is a quote missing, or a \"#\" before a comment?"};
  }
  if (line.substr(place.column).starts_with("- ") && !list) {
    return {place, "a list item (\"- \") stands where a key was expected"};
  }
  return {place, "the indentation of this line fits no line above"};
}

SyntaxError explain_flow_end(BytePlace place, const TextLines& lines, const std::optional<OpenFlow>& open, bool list) {
  const std::string_view line = lines.line(place.line);
  if (place.column > 0 && line.substr(place.column - 1).starts_with("${")) {
    return {{place.line, place.column - 1}, "inside [ ] and { } a ${…} must be in quotes"};
  }
  const std::string_view closing = list ? "]" : "}";
  if (!open) return {place, fmt::format("expected \",\" or \"{}\"", closing)};
  return {place, fmt::format("expected \",\" or \"{}\": the \"{}\" of line {} is not closed", closing, list ? "[" : "{",
                             open->place.line + 1)};
}

}  // namespace

bool is_too_long_for_key(std::string_view text) { return text.size() > 1024; }

SyntaxError explain(std::string_view message, BytePlace place, const TextLines& lines,
                    const std::optional<OpenFlow>& open) {
  const std::string_view line = lines.line(place.line);
  const std::size_t tab = line.substr(0, indentation(line)).find('\t');
  if (tab != line.npos) return {{place.line, tab}, "a tab in the indentation; YAML wants spaces"};
  const std::string_view here = line.substr(std::min(place.column, line.size()));

  if (message == "illegal map value") return explain_colon(place, lines);
  if (message == "end of map not found") return explain_block_end(place, lines, false);
  if (message == "end of sequence not found") return explain_block_end(place, lines, true);
  if (message == "end of map flow not found") return explain_flow_end(place, lines, open, false);
  if (message == "end of sequence flow not found") return explain_flow_end(place, lines, open, true);
  if (message == "illegal flow end") return {place, fmt::format("\"{}\" closes nothing", here.substr(0, 1))};
  if (message == "illegal block entry") return {place, "a list item (\"- \") must begin on a line of its own"};
  if (message == "unknown token")
    return {place, fmt::format("a value cannot begin with \"{}\"; put it in quotes", here.substr(0, 1))};
  if (message.starts_with("the referenced anchor is not defined"))
    return {place, "no anchor (&) of this name stands above"};
  if (message.starts_with("unknown escape character")) {
    return {place, "unknown escape in a text in double quotes; write \\\\ for a backslash, or use single quotes"};
  }
  if (message.starts_with("illegal EOF") || message.starts_with("illegal document indicator"))
    return {place, "a quote is not closed"};
  return {place, fmt::format("not YAML: {}", printable(message))};
}

SyntaxError explain_second_document(BytePlace place, const TextLines& lines) {
  std::size_t at = place.line + 1;
  while (at-- > 0) {
    const std::string_view line = lines.line(at);
    if (line.starts_with("---") || line.starts_with("..."))
      return {{at, 0}, "a second document; a descriptor is one document, without \"---\" between its parts"};
    if (at < place.line && is_content(line)) break;
  }
  return {place, "the indentation of this line fits no line above"};
}

std::optional<SyntaxError> find_open_quote(BytePlace place, const TextLines& lines) {
  const std::string_view text = lines.text();
  std::size_t at = lines.offset(place.line, place.column);
  while (at < text.size() && (text[at] == '!' || text[at] == '&')) {
    at = std::min(text.find_first_of(" \t\r\n", at), text.size());
    at = std::min(text.find_first_not_of(" \t\r\n", at), text.size());
  }
  if (at >= text.size() || (text[at] != '"' && text[at] != '\'')) return std::nullopt;
  const char quote = text[at];
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    const bool escape = quote == '"' && text[i] == '\\';
    const bool doubled = quote == '\'' && text.substr(i).starts_with("\'\'");
    if (escape || doubled) {
      ++i;
    } else if (text[i] == quote) {
      return std::nullopt;
    }
  }
  const std::size_t line = lines.line_of(at);
  return SyntaxError{{line, at - lines.start_of(line)}, "the quote that opens here is never closed"};
}

}  // namespace m2ag::host
