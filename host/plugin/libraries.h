// The plugins loaded into this process, shared by all catalogs: one that was loaded stays for the life of the process, beside newer versions
// of the same file. Any thread.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "plugin/library.h"

namespace m2ag::host {

class Libraries {
 public:
  /// The file with this content (PluginLibrary::digest). Throws PluginError, with the path, also when the file has another content by now.
  std::shared_ptr<PluginLibrary> load(const std::filesystem::path& file, const std::string& digest);
  bool has(const std::filesystem::path& file, const std::string& digest) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::filesystem::path, std::string>, std::shared_ptr<PluginLibrary>> loaded_;
};

}  // namespace m2ag::host
