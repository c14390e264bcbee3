#include "config/hint.h"

#include <algorithm>

namespace m2ag::host {

std::string printable(std::string_view text, std::size_t most) {
  std::string shown(text.substr(0, most));
  if (text.size() > most) {
    // Not inside a character: drop a first byte without its followers.
    while (!shown.empty() && (static_cast<unsigned char>(text[shown.size()]) & 0xC0) == 0x80) shown.pop_back();
    shown += "…";
  }
  // A terminal obeys control characters.
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; }, ' ');
  return shown;
}

std::string quote(std::string_view text) { return "\"" + printable(text) + "\""; }

}  // namespace m2ag::host
