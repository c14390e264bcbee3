#include "payload.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <string>

#include "core/topic.h"

namespace logger {
namespace {

constexpr std::size_t kLongestText = 1024;

}  // namespace

std::optional<m2ag::Value> read_bare(std::string_view payload) {
  if (payload.empty() || payload.size() > kLongestText) return std::nullopt;
  double number = 0;
  const auto [end, error] = std::from_chars(payload.data(), payload.data() + payload.size(), number);
  if (end == payload.data() + payload.size()) {
    if (error != std::errc() || !std::isfinite(number)) return std::nullopt;
    return m2ag::Value(number);
  }
  std::string text(payload);
  std::string lower = text;
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (lower == "on" || lower == "true") return m2ag::Value(true);
  if (lower == "off" || lower == "false") return m2ag::Value(false);
  if (!m2ag::host::valid_utf8(text)) return std::nullopt;
  return m2ag::Value(std::move(text));
}

}  // namespace logger
