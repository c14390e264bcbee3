// For tests: a folder of its own, gone at its end.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

namespace m2ag::host {

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "m2ag-system-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::filesystem::path file(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace m2ag::host
