#include "cli/plugins.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/plugin_option.h"
#include "core/log.h"
#include "plugin/folders.h"

namespace m2ag::host {
namespace {

using Json = nlohmann::json;

struct Options {
  std::vector<std::filesystem::path> folders;
  bool json = false;
};

template <class Spec>
std::vector<std::string> names(const std::vector<Spec>& specs, std::string Spec::*member) {
  std::vector<std::string> all;
  for (const Spec& spec : specs) all.push_back(spec.*member);
  return all;
}

Json as_json(const Catalog& catalog, const std::vector<std::filesystem::path>& folders) {
  Json json = {{"plugins", Json::array()},
               {"refused", Json::array()},
               {"left_out", catalog.left_out()},
               {"folders", Json::array()}};
  for (const PluginDescription& plugin : catalog.plugins()) {
    json["plugins"].push_back({{"name", plugin.name},
                               {"version", plugin.version},
                               {"path", plugin.path.string()},
                               {"types", names(plugin.components, &ComponentSpec::type)},
                               {"chips", names(plugin.chips, &SimulatedChipSpec::chip)}});
  }
  for (const RefusedPlugin& plugin : catalog.refused()) {
    json["refused"].push_back({{"path", plugin.path.string()}, {"reason", plugin.reason}});
  }
  for (const std::filesystem::path& folder : folders) json["folders"].push_back(folder.string());
  return json;
}

void print_text(const Catalog& catalog, const std::vector<std::filesystem::path>& folders) {
  for (const PluginDescription& plugin : catalog.plugins()) {
    std::cout << fmt::format("{} {}  {}\n", plugin.name, plugin.version, plugin.path.string());
    for (const ComponentSpec& spec : plugin.components)
      std::cout << fmt::format("  {:<16}  {}\n", spec.type, spec.description);
    for (const SimulatedChipSpec& spec : plugin.chips) {
      std::cout << fmt::format("  {:<16}  {}\n", spec.chip + " (chip)", spec.description);
    }
  }
  for (const RefusedPlugin& plugin : catalog.refused()) {
    std::cout << fmt::format("refused: {}\n  {}\n", plugin.path.string(), plugin.reason);
  }
  for (const std::string& sentence : catalog.left_out()) std::cout << sentence << '\n';
  if (catalog.plugins().empty() && catalog.refused().empty()) {
    std::vector<std::string> looked;
    for (const std::filesystem::path& folder : folders) looked.push_back(folder.string());
    std::cout << fmt::format("No plugins in {}\n",
                             looked.empty() ? "any of the usual folders" : fmt::format("{}", fmt::join(looked, ", ")));
  }
}

}  // namespace

void add_plugins_verb(CLI::App& app, int& exit_code) {
  CLI::App* verb =
      app.add_subcommand("plugins", "List the plugins that are installed, what they offer, and which are refused");
  auto options = std::make_shared<Options>();
  verb->add_flag("--json", options->json, "for programs");
  add_plugins_option(*verb, options->folders);
  verb->callback([options, &exit_code] {
    Log log(LogLevel::error);
    const auto folders = plugin_folders(options->folders);
    const auto catalog = Catalog::scan(folders, self_executable(), log);
    if (options->json) {
      std::cout << as_json(*catalog, folders).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    } else {
      print_text(*catalog, folders);
    }
    exit_code = kExitOk;
  });
}

}  // namespace m2ag::host
