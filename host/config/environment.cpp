#include "config/environment.h"

#include <unistd.h>

#include <array>

namespace m2ag::host {

Environment Environment::of_process() {
  Environment environment;
  for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
    const std::string_view pair = *each;
    const std::size_t equals = pair.find('=');
    if (equals != pair.npos) environment.variables.emplace(pair.substr(0, equals), pair.substr(equals + 1));
  }
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) == 0) environment.hostname = name.data();
  return environment;
}

std::optional<std::string> Environment::find(std::string_view name) const {
  const auto found = variables.find(name);
  return found == variables.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::filesystem::path> Environment::folder(std::string_view name) const {
  const std::optional<std::string> folders = find(name);
  if (!folders || folders->empty()) return std::nullopt;
  return std::filesystem::path(folders->substr(0, folders->find(':')));
}

}  // namespace m2ag::host
