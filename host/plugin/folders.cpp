#include "plugin/folders.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>

namespace m2ag::host {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> from_environment() {
  std::vector<fs::path> folders;
  const char* variable = std::getenv("M2AG_PLUGINS");
  for (std::string_view rest = variable == nullptr ? "" : variable; !rest.empty();) {
    const auto colon = std::min(rest.find(':'), rest.size());
    if (colon > 0) folders.emplace_back(rest.substr(0, colon));
    rest.remove_prefix(std::min(colon + 1, rest.size()));
  }
  return folders;
}

}  // namespace

fs::path self_executable() { return fs::read_symlink("/proc/self/exe"); }

std::vector<fs::path> plugin_folders(const std::vector<fs::path>& extra) {
  std::vector<fs::path> candidates = from_environment();
  candidates.push_back(self_executable().parent_path().parent_path() / "lib/m2ag/plugins");
  candidates.emplace_back("/usr/local/lib/m2ag/plugins");
  candidates.emplace_back(M2AG_PLUGIN_FOLDER);
  std::vector<fs::path> folders = extra;
  for (const fs::path& candidate : candidates) {
    std::error_code error;
    const fs::path real = fs::canonical(candidate, error);
    if (!error && std::find(folders.begin(), folders.end(), real) == folders.end()) folders.push_back(real);
  }
  return folders;
}

}  // namespace m2ag::host
