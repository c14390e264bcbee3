#include "http/message.h"

namespace api {
namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

std::string_view Request::header(const std::string& lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? std::string_view() : found->second;
}

std::optional<std::string> Request::parameter(const std::string& name) const {
  const auto found = query.find(name);
  return found == query.end() ? std::nullopt : std::optional(found->second);
}

std::string_view Request::cookie(std::string_view name) const {
  std::string_view all = header("cookie");
  while (!all.empty()) {
    const auto end = std::min(all.find(';'), all.size());
    const std::string_view pair = trimmed(all.substr(0, end));
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
      return pair.substr(name.size() + 1);
    all.remove_prefix(std::min(end + 1, all.size()));
  }
  return {};
}

std::optional<std::string> percent_decoded(std::string_view text, bool is_query) {
  std::string decoded;
  for (std::size_t n = 0; n < text.size(); ++n) {
    if (is_query && text[n] == '+') {
      decoded.push_back(' ');
    } else if (text[n] != '%') {
      decoded.push_back(text[n]);
    } else {
      if (n + 2 >= text.size()) return {};
      const int high = digit(text[n + 1]), low = digit(text[n + 2]);
      if (high < 0 || low < 0 || (high == 0 && low == 0)) return {};
      decoded.push_back(static_cast<char>(high * 16 + low));
      n += 2;
    }
  }
  return decoded;
}

}  // namespace api
