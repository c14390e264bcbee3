#include "config/id_check.h"

#include <fmt/format.h>

#include "config/hint.h"
#include "core/topic.h"

namespace m2ag::host {
namespace {

/// "Pump 1" → "pump-1"; empty when nothing sensible comes out.
std::string nearest_id(std::string_view text) {
  std::string id;
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z') {
      id += static_cast<char>(c - 'A' + 'a');
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-') {
      id += c;
    } else if (c == ' ' || c == '_' || c == '.') {
      id += '-';
    } else {
      return {};
    }
  }
  return valid_id(id) ? id : std::string();
}

}  // namespace

std::string id_problem(std::string_view id) {
  if (valid_id(id)) return {};
  if (is_reserved_id(id))
    return fmt::format("{} is reserved, it is a topic of the host's own; choose another id", quote(id));
  const std::string nearest = nearest_id(id);
  return fmt::format("{} is not an id, expected 1 to 63 of a-z, 0-9 and \"-\"{}", quote(id),
                     nearest.empty() ? "" : ", such as \"" + nearest + "\"");
}

}  // namespace m2ag::host
