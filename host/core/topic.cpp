#include "core/topic.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

namespace m2ag::host {
namespace {

constexpr std::array<std::string_view, 14> kReservedIds = {"status",  "info",     "health", "log",  "event",
                                                           "request", "response", "state",  "set",  "get",
                                                           "config",  "reply",    "all",    "group"};

/// Takes the first code point off `text`; nothing when it does not begin with a well-formed one (RFC 3629, 4).
std::optional<char32_t> take_code_point(std::string_view& text) {
  const auto byte = [&text](std::size_t n) { return static_cast<unsigned char>(text[n]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) {
    text.remove_prefix(1);
    return lead;
  }
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return std::nullopt;
  char32_t point = lead & (0x7FU >> length);
  for (std::size_t n = 1; n < length; ++n) {
    if ((byte(n) & 0xC0U) != 0x80) return std::nullopt;
    point = (point << 6U) | (byte(n) & 0x3FU);
  }
  const bool overlong = point < (length == 4 ? 0x10000U : length == 3 ? 0x800U : 0x80U);
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  if (overlong || surrogate || point > 0x10FFFF) return std::nullopt;
  text.remove_prefix(length);
  return point;
}

/// What MQTT 5 (1.5.4) advises against and brokers refuse: U+0000, control characters, noncharacters.
bool is_disallowed(char32_t point) {
  const bool control = point < 0x20 || (point >= 0x7F && point <= 0x9F);
  const bool noncharacter = (point >= 0xFDD0 && point <= 0xFDEF) || (point & 0xFFFEU) == 0xFFFE;
  return control || noncharacter;
}

bool valid_text(std::string_view text) {
  if (text.empty() || text.size() > kMaxTopic) return false;
  if (static_cast<std::size_t>(std::ranges::count(text, '/')) >= kMaxTopicLevels) return false;
  while (!text.empty()) {
    const std::optional<char32_t> point = take_code_point(text);
    if (!point || is_disallowed(*point)) return false;
  }
  return true;
}

}  // namespace

std::span<const std::string_view> reserved_ids() { return kReservedIds; }

bool is_reserved_id(std::string_view id) { return std::ranges::find(kReservedIds, id) != kReservedIds.end(); }

bool is_word(std::string_view text) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !text.empty() && text.size() <= 63 && std::ranges::all_of(text, allowed);
}

bool valid_id(std::string_view id) { return is_word(id) && !is_reserved_id(id); }

bool valid_utf8(std::string_view text) {
  while (!text.empty()) {
    std::uint64_t eight = 0;
    if (text.size() >= sizeof eight) {
      std::memcpy(&eight, text.data(), sizeof eight);
      if ((eight & 0x8080808080808080U) == 0) {
        text.remove_prefix(sizeof eight);
        continue;
      }
    }
    if (!take_code_point(text)) return false;
  }
  return true;
}

bool valid_topic(std::string_view topic) {
  return valid_text(topic) && topic.find_first_of("+#") == std::string_view::npos;
}

bool valid_filter(std::string_view filter) {
  if (!valid_text(filter)) return false;
  for (std::size_t n = 0; n < filter.size(); ++n) {
    if (filter[n] != '+' && filter[n] != '#') continue;
    const bool first = n == 0 || filter[n - 1] == '/';
    const bool last = n + 1 == filter.size();
    if (!first || !(last || (filter[n] == '+' && filter[n + 1] == '/'))) return false;
  }
  return true;
}

bool matches(std::string_view filter, std::string_view topic) {
  if (topic.starts_with('$') && (filter.starts_with('+') || filter.starts_with('#'))) return false;
  for (;;) {
    if (filter == "#") return true;
    const std::size_t filter_end = filter.find('/');
    const std::size_t topic_end = topic.find('/');
    const std::string_view level = filter.substr(0, filter_end);
    if (level != "+" && level != topic.substr(0, topic_end)) return false;
    const bool filter_ends = filter_end == std::string_view::npos;
    if (topic_end == std::string_view::npos) return filter_ends || filter.substr(filter_end) == "/#";
    if (filter_ends) return false;
    filter.remove_prefix(filter_end + 1);
    topic.remove_prefix(topic_end + 1);
  }
}

std::vector<std::string_view> split(std::string_view topic) {
  std::vector<std::string_view> levels;
  for (;;) {
    const std::size_t slash = topic.find('/');
    levels.push_back(topic.substr(0, slash));
    if (slash == std::string_view::npos) return levels;
    topic.remove_prefix(slash + 1);
  }
}

}  // namespace m2ag::host
