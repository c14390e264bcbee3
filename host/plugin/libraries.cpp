#include "plugin/libraries.h"

#include <fmt/format.h>

#include <algorithm>

namespace m2ag::host {

std::shared_ptr<PluginLibrary> Libraries::load(const std::filesystem::path& file, const std::string& digest) {
  const std::lock_guard lock(mutex_);
  if (const auto known = loaded_.find({file, digest}); known != loaded_.end()) return known->second;
  try {
    auto library = std::make_shared<PluginLibrary>(file);
    if (library->digest() != digest)
      throw PluginError("has changed since it described itself; it must be looked at again");
    // Without a private copy the dynamic loader gives the code that it has under this path.
    const bool another = std::ranges::any_of(loaded_, [&](const auto& each) { return each.first.first == file; });
    if (another && library->loaded_as() == file)
      throw PluginError("another version of it is loaded; start the host again to use this one");
    loaded_.emplace(std::pair(file, digest), library);
    return library;
  } catch (const PluginError& error) {
    throw PluginError(fmt::format("{}: {}", file.string(), error.what()));
  }
}

bool Libraries::has(const std::filesystem::path& file, const std::string& digest) const {
  const std::lock_guard lock(mutex_);
  return loaded_.contains({file, digest});
}

}  // namespace m2ag::host
