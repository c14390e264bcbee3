// The plugins built by fixtures/CMakeLists.txt, by name.
#pragma once

#include <m2ag/abi.h>

#include <filesystem>
#include <string>

namespace m2ag::host {

inline std::filesystem::path fixture_folder(const std::string& name) {
  return std::filesystem::path(M2AG_FIXTURE_DIRECTORY) / name;
}
inline std::filesystem::path fixture(const std::string& name) { return fixture_folder(name) / (name + ".so"); }

/// The SDK that this host speaks, such as "1.1"; `later` minor versions on.
inline std::string sdk_version(int later = 0) {
  return std::to_string(abi::kMajor) + '.' + std::to_string(abi::kMinor + later);
}

}  // namespace m2ag::host
