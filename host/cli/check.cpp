#include "cli/check.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/descriptor_check.h"
#include "cli/exit_code.h"
#include "cli/plugin_option.h"
#include "cli/trial.h"
#include "config/descriptor.h"
#include "core/json.h"
#include "core/log.h"
#include "plugin/catalog.h"
#include "plugin/contract.h"
#include "plugin/folders.h"

namespace m2ag::host {
namespace {

struct Options {
  std::filesystem::path file;
  std::vector<std::filesystem::path> folders;
  bool json = false;
  // of the child that tries the components
  std::vector<std::filesystem::path> trial;
  TrialInput input;
};

int check_descriptor(const Options& options) {
  Log log;
  log.add_sink(stderr_sink());
  const auto catalog = scan_plugins(options.folders, log);
  Problems problems;
  const Environment environment = Environment::of_process();
  const auto descriptor =
      check_sources(read_sources(options.file, environment, problems), options.file, environment, *catalog, problems);
  if (options.json) {
    std::cout << to_json(problem_list(problems)).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  } else {
    std::cerr << problems.text();
    if (descriptor) {
      std::cout << options.file.string() << ": ok, device " << descriptor->device.id << " with "
                << descriptor->components.size() << " components\n";
    }
  }
  return descriptor ? kExitOk : kExitInputWrong;
}

}  // namespace

void add_check_verb(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      app.add_subcommand("check", "Check a descriptor, or a plugin against its contract; touches no hardware");
  verb->add_option("FILE", options->file, "descriptor (.yaml) or plugin (.so)")->required();
  verb->add_flag("--json", options->json, "print the problems as JSON");
  add_plugins_option(*verb, options->folders);
  verb->add_option("--trial", options->trial)->group("");
  verb->add_option("--trial-after", options->input.after)->group("");
  verb->add_option("--trial-draft", options->input.draft)->group("");
  verb->add_option("--trial-draft-place", options->input.draft_place)->group("");
  verb->callback([options, &exit_code] {
    if (!options->trial.empty()) run_trial(options->file, options->trial, options->input);
    exit_code = options->file.extension() == ".so"
                    ? (check_contract(options->file, self_executable(), std::cout) ? kExitOk : kExitInputWrong)
                    : check_descriptor(*options);
  });
}

}  // namespace m2ag::host
