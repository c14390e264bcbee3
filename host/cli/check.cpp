#include "cli/check.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/exit_code.h"
#include "cli/plugin_option.h"
#include "cli/trial.h"
#include "config/descriptor.h"
#include "core/log.h"
#include "plugin/catalog.h"
#include "plugin/contract.h"
#include "plugin/folders.h"
#include "tls/certificate.h"

namespace m2ag::host {
namespace {

struct Options {
  std::filesystem::path file;
  std::vector<std::filesystem::path> folders;
  bool json = false;
  // of the child that tries the components
  std::vector<std::filesystem::path> trial;
  std::string trial_after;
};

void print_json(const Problems& problems) {
  nlohmann::json list = nlohmann::json::array();
  for (const Problem& problem : problems.sorted()) {
    list.push_back({{"file", problem.mark.file},
                    {"line", problem.mark.line},
                    {"column", problem.mark.column},
                    {"path", problem.path},
                    {"message", problem.message},
                    {"severity", problem.warning ? "warning" : "error"}});
  }
  std::cout << list.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

/// Certificates may come later, or lie only on the device: no error, but worth a word.
void look_at_certificates(const Descriptor& descriptor, const std::string& file, Problems& problems) {
  if (!descriptor.mqtt.tls) return;
  const TlsSection& tls = *descriptor.mqtt.tls;
  for (const FileProblem& problem : check_client_files(tls.ca, tls.cert, tls.key))
    problems.warning({file, 0, 0}, "mqtt.tls", problem.sentence);
}

int check_descriptor(const Options& options) {
  Log log;
  log.add_sink(stderr_sink());
  const auto catalog = scan_plugins(options.folders, log);
  Problems problems;
  auto descriptor = read_descriptor(options.file, Environment::of_process(), catalog.get(), problems);
  if (descriptor) {
    look_at_certificates(*descriptor, options.file.string(), problems);
    try_components(*descriptor, *catalog, self_executable(), problems);
    if (problems.has_errors()) descriptor.reset();
  }
  if (options.json) {
    print_json(problems);
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
  verb->add_option("--trial-after", options->trial_after)->group("");
  verb->callback([options, &exit_code] {
    if (!options->trial.empty()) run_trial(options->file, options->trial, options->trial_after);
    exit_code = options->file.extension() == ".so"
                    ? (check_contract(options->file, self_executable(), std::cout) ? kExitOk : kExitInputWrong)
                    : check_descriptor(*options);
  });
}

}  // namespace m2ag::host
