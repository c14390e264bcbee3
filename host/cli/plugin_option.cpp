#include "cli/plugin_option.h"

#include <CLI/CLI.hpp>

#include "plugin/folders.h"

namespace m2ag::host {

void add_plugins_option(CLI::App& verb, std::vector<std::filesystem::path>& folders) {
  verb.add_option("--plugins", folders, "look for plugins here first (may be given several times)")
      ->type_name("DIR")
      ->check(CLI::Validator(CLI::ExistingDirectory).description(""))
      ->expected(1)
      ->allow_extra_args(false)  // else what follows would be taken for one more folder
      ->take_all();
}

std::shared_ptr<const Catalog> scan_plugins(const std::vector<std::filesystem::path>& folders, Log& log) {
  return Catalog::scan(plugin_folders(folders), self_executable(), log);
}

}  // namespace m2ag::host
