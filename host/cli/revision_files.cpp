#include "cli/revision_files.h"

namespace m2ag::host {

std::vector<RevisionFile> revision_files(const Sources& sources) {
  std::vector<std::filesystem::path> paths;
  for (const auto& path : sources.files) {
    if (path.filename() != "secrets.yaml") paths.push_back(std::filesystem::absolute(path).lexically_normal());
  }
  return read_files(paths);
}

}  // namespace m2ag::host
