#include "cli/describe.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/describe_text.h"
#include "cli/exit_code.h"
#include "cli/plugin_option.h"
#include "core/log.h"
#include "plugin/contract.h"
#include "plugin/folders.h"

namespace m2ag::host {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string what;
  bool json = false;
  std::vector<fs::path> folders;
  std::vector<fs::path> child_files;
  fs::path contract_file;
};

/// File names need not be UTF-8, JSON must.
void print(const nlohmann::json& json) {
  std::cout << json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

int describe_file(const Options& options) {
  Log silent;
  const auto catalog = Catalog::describe({fs::path(options.what)}, self_executable(), silent);
  if (!catalog->refused().empty()) {
    std::cerr << options.what << ": " << catalog->refused().front().reason << '\n';
    return kExitInputWrong;
  }
  const PluginDescription& plugin = catalog->plugins().front();
  if (options.json) {
    print(to_json(plugin));
  } else {
    std::cout << describe_text(plugin);
  }
  return kExitOk;
}

template <class Spec>
void describe_one(const Spec& spec, const PluginDescription& plugin, bool json) {
  if (json) {
    nlohmann::json all = to_json(spec);
    all["plugin"] = {{"name", plugin.name}, {"version", plugin.version}, {"path", plugin.path.string()}};
    print(all);
  } else {
    std::cout << describe_text(spec) << "\nFrom the plugin " << plugin.name << ' ' << plugin.version << ", "
              << plugin.path.string() << '\n';
  }
}

int describe_type(const Options& options) {
  Log silent;
  const auto catalog = scan_plugins(options.folders, silent);
  const ComponentSpec* type = catalog->find_type(options.what);
  const SimulatedChipSpec* chip = catalog->find_chip(options.what);
  if (type != nullptr) {
    describe_one(*type, *catalog->plugin_of_type(options.what), options.json);
    if (chip != nullptr && !options.json) {
      std::cout << '\n';
      describe_one(*chip, *catalog->plugin_of_chip(options.what), false);
    }
  } else if (chip != nullptr) {
    describe_one(*chip, *catalog->plugin_of_chip(options.what), options.json);
  } else {
    std::cerr << catalog->unknown_type(options.what) << '\n';
    return kExitInputWrong;
  }
  return kExitOk;
}

}  // namespace

void add_describe_verb(CLI::App& app, int& exit_code) {
  CLI::App* verb = app.add_subcommand("describe", "Say all about a component type, a simulated chip or a plugin file");
  auto options = std::make_shared<Options>();
  verb->add_option("what", options->what, "a type such as relay, or a plugin's file")->type_name("TYPE|FILE.so");
  verb->add_flag("--json", options->json, "for programs");
  add_plugins_option(*verb, options->folders);
  verb->add_option("--child", options->child_files)->group("");
  verb->add_option("--contract", options->contract_file)->group("");
  verb->callback([options, &exit_code] {
    if (!options->child_files.empty()) Catalog::describe_files(options->child_files);
    if (!options->contract_file.empty()) run_contract(options->contract_file);
    if (options->what.empty()) throw CLI::RequiredError("TYPE|FILE.so");
    const bool is_file = options->what.ends_with(".so") || options->what.find('/') != std::string::npos;
    exit_code = is_file ? describe_file(*options) : describe_type(*options);
  });
}

}  // namespace m2ag::host
