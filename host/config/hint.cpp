#include "config/hint.h"

#include <algorithm>

namespace m2ag::host {

std::string quote(std::string_view text) {
  constexpr std::size_t kMostShown = 60;
  std::string shown(text.substr(0, kMostShown));
  if (text.size() > kMostShown) {
    // Not inside a character: drop a first byte without its followers.
    while (!shown.empty() && (static_cast<unsigned char>(text[shown.size()]) & 0xC0) == 0x80) shown.pop_back();
    shown += "…";
  }
  std::replace_if(shown.begin(), shown.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return "\"" + shown + "\"";
}

}  // namespace m2ag::host
