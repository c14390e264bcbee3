#include "cli/schema.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "cli/exit_code.h"
#include "cli/plugin_option.h"
#include "config/schema.h"
#include "core/log.h"

namespace m2ag::host {

void add_schema_verb(CLI::App& app, int& exit_code) {
  auto folders = std::make_shared<std::vector<std::filesystem::path>>();
  CLI::App* verb =
      app.add_subcommand("schema", "Print the JSON Schema of descriptors with the installed plugins, for editors");
  add_plugins_option(*verb, *folders);
  verb->callback([folders, &exit_code] {
    Log log;
    log.add_sink(stderr_sink());
    const auto catalog = scan_plugins(*folders, log);
    std::cout << descriptor_schema(catalog->types(), catalog->chips()).dump(2) << '\n';
    exit_code = kExitOk;
  });
}

}  // namespace m2ag::host
