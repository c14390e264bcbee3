#include "component/redaction.h"

#include <algorithm>

#include "config/document.h"
#include "config/hint.h"

namespace m2ag::host {
namespace {

/// So much of its beginning gives a longer secret away: messages cut what they quote.
constexpr std::size_t kTelling = 12;

/// What one value looks like in a message.
void add_forms(const Value& value, std::vector<std::string>& forms) {
  if (value.is_integer()) forms.push_back(std::to_string(value.as_integer()));
  if (!value.is_text()) return;
  forms.push_back(value.as_text());
  forms.push_back(printable(value.as_text(), value.as_text().size()));
}

void collect(const Value& value, const std::string& path, bool inside, const std::vector<std::string>& secrets,
             std::vector<std::string>& forms) {
  const bool secret = inside || std::ranges::find(secrets, path) != secrets.end();
  if (value.is_map()) {
    for (const auto& [key, each] : value.as_map()) collect(each, join_path(path, key), secret, secrets, forms);
  } else if (value.is_list()) {
    std::size_t index = 0;
    for (const Value& each : value.as_list()) collect(each, join_path(path, index++), secret, secrets, forms);
  } else if (secret) {
    add_forms(value, forms);
  }
}

bool inside_character(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
}

/// How much of `text` is the secret, or enough of its beginning; 0: nothing.
std::size_t found(std::string_view text, std::string_view secret) {
  const auto differ = std::mismatch(text.begin(), text.end(), secret.begin(), secret.end());
  auto length = static_cast<std::size_t>(differ.first - text.begin());
  while (length > 0 && inside_character(text, length)) --length;
  return length >= std::min(secret.size(), kTelling) ? length : 0;
}

}  // namespace

Redaction::Redaction(std::string_view id, const Value& settings, const std::vector<std::string>& secrets) {
  if (secrets.empty()) return;
  collect(settings, join_path("components", id), false, secrets, hidden_);
  std::erase_if(hidden_, [](const std::string& each) { return each.size() < kShortest; });
}

std::string Redaction::operator()(std::string_view text) const {
  if (hidden_.empty()) return std::string(text);
  std::string out;
  while (!text.empty()) {
    std::size_t longest = 0;
    for (const std::string& each : hidden_) longest = std::max(longest, found(text, each));
    out += longest > 0 ? "(secret)" : text.substr(0, 1);
    text.remove_prefix(std::max<std::size_t>(longest, 1));
  }
  return out;
}

}  // namespace m2ag::host
