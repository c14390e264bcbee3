// What became of the files of the plugin folders between two scans.
#include <set>

#include "plugin/catalog.h"

namespace m2ag::host {

std::vector<PluginChange> Catalog::changes_since(const Catalog& before) const {
  const auto find = [](const Catalog& catalog, const std::filesystem::path& file) -> const Known* {
    const auto entry = catalog.known_.find(file);
    return entry == catalog.known_.end() ? nullptr : &entry->second;
  };
  std::set<std::filesystem::path> files;
  for (const Catalog* catalog : {&before, this}) {
    for (const auto& [file, known] : catalog->known_) files.insert(file);
  }
  std::vector<PluginChange> changes;
  for (const std::filesystem::path& file : files) {
    const Known *old = find(before, file), *now = find(*this, file);
    const auto* had = old == nullptr ? nullptr : std::get_if<PluginDescription>(&old->answer);
    if (now == nullptr) {
      if (had != nullptr) changes.push_back({"plugin_removed", file, had->name, had->version, {}});
      continue;
    }
    if (const auto* refused = std::get_if<RefusedPlugin>(&now->answer)) {
      const auto* was = old == nullptr ? nullptr : std::get_if<RefusedPlugin>(&old->answer);
      if (was == nullptr || was->reason != refused->reason)
        changes.push_back({"plugin_refused", file, {}, {}, refused->reason});
      continue;
    }
    const auto& has = std::get<PluginDescription>(now->answer);
    if (had != nullptr && had->digest == has.digest) continue;
    // Also one whose bad version was refused meanwhile: the good one before it is still on offer.
    const bool replaced = old != nullptr && before.offers(file);
    changes.push_back({replaced ? "plugin_replaced" : "plugin_added", file, has.name, has.version, {}});
  }
  return changes;
}

}  // namespace m2ag::host
