// The plugins built by fixtures/CMakeLists.txt, by name.
#pragma once

#include <filesystem>
#include <string>

namespace m2ag::host {

inline std::filesystem::path fixture_folder(const std::string& name) {
  return std::filesystem::path(M2AG_FIXTURE_DIRECTORY) / name;
}
inline std::filesystem::path fixture(const std::string& name) { return fixture_folder(name) / (name + ".so"); }

}  // namespace m2ag::host
