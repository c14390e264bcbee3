// What a descriptor may draw on besides its files: environment variables and the host's name. Given by the caller, so that tests and
// `m2ag check` decide it. Plain data.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace m2ag::host {

struct Environment {
  std::map<std::string, std::string, std::less<>> variables;
  std::string hostname;

  /// Of this process. Call before threads change the environment.
  static Environment of_process();

  std::optional<std::string> find(std::string_view name) const;
  /// The first folder of a variable that systemd sets, such as STATE_DIRECTORY or CREDENTIALS_DIRECTORY; nothing when unset or empty.
  std::optional<std::filesystem::path> folder(std::string_view name) const;
};

}  // namespace m2ag::host
