// The option `--plugins DIR` of the verbs that need the plugins, and the catalog it leads to.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "plugin/catalog.h"

namespace CLI {
class App;
}

namespace m2ag::host {

class Log;

/// Adds `--plugins DIR` (repeatable); `folders` must outlive the verb.
void add_plugins_option(CLI::App& verb, std::vector<std::filesystem::path>& folders);

/// Those folders first, then the usual ones (plugin/folders.h).
std::shared_ptr<const Catalog> scan_plugins(const std::vector<std::filesystem::path>& folders, Log& log);

}  // namespace m2ag::host
