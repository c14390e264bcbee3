#include "component/roster.h"

#include <set>
#include <utility>

namespace m2ag::host {

void Roster::exchange(const std::vector<Entry>& entries) {
  std::set<std::string, std::less<>> ids;
  for (const Entry& entry : entries) ids.insert(entry.id);
  Namings namings;
  Types types;
  for (const Entry& entry : entries) {
    if (entry.runs_here) types.emplace(entry.id, entry.type);
    if (!entry.settings.is_map()) continue;
    for (const auto& [parameter, value] : entry.settings.as_map()) {
      std::set<std::string> named;  // a list may name one twice
      const auto add = [&](const Value& text) {
        if (text.is_text() && text.as_text() != entry.id && ids.contains(text.as_text())) named.insert(text.as_text());
      };
      add(value);
      if (value.is_list()) {
        for (const Value& each : value.as_list()) add(each);
      }
      for (const std::string& id : named) namings.emplace(id, Naming{entry.id, parameter});
    }
  }
  const std::lock_guard lock(mutex_);
  namings_ = std::move(namings);
  types_ = std::move(types);
}

std::vector<std::string> Roster::named_by(std::string_view id, std::string_view parameter) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> found;
  for (auto [each, end] = namings_.equal_range(id); each != end; ++each) {
    if (each->second.parameter == parameter) found.push_back(each->second.by);
  }
  return found;
}

std::optional<std::string> Roster::type_of(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto entry = types_.find(id);
  return entry == types_.end() ? std::nullopt : std::optional(entry->second);
}

}  // namespace m2ag::host
