#include "cli/rollback.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/exit_code.h"
#include "cli/revision_files.h"
#include "store/revisions.h"

namespace m2ag::host {
namespace {

namespace fs = std::filesystem;

struct Options {
  fs::path config, state;
  unsigned to = 0;
  bool list = false, json = false;
};

std::string when(const Revision& revision) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::localtime(static_cast<std::time_t>(revision.time)));
}

int list(const std::vector<Revision>& all, bool json) {
  nlohmann::json array = nlohmann::json::array();
  for (const Revision& revision : all) {
    nlohmann::json files = nlohmann::json::array();
    for (const RevisionFile& file : revision.files) files.push_back(file.path);
    array.push_back(
        {{"revision", revision.number}, {"time", revision.time}, {"origin", revision.origin}, {"files", files}});
    if (!json)
      fmt::print("{:4}  {}  {:8}  {} files\n", revision.number, when(revision), revision.origin, revision.files.size());
  }
  if (json) fmt::print("{}\n", array.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  return kExitOk;
}

int rollback(const Options& options) {
  Problems ignored;
  const Environment environment = Environment::of_process();
  const Sources sources = read_sources(options.config, environment, ignored);
  Revisions revisions(options.state.empty() ? state_file_of(options.config, sources, environment) : options.state);
  const auto all = revisions.all();
  if (all.empty()) {
    fmt::print(
        stderr,
        "{}: there are no revisions in {}: either the device has never run with this descriptor, or its database "
        "lies elsewhere: give it with --state FILE\n",
        options.config.string(), revisions.folder().string());
    return kExitInputWrong;
  }
  if (options.list) return list(all, options.json);
  const auto now = revision_files(sources);
  const auto target = choose_revision(all, options.to, now);
  if (!target) {
    fmt::print(stderr, "{}: there is no {}; m2ag rollback --list says what there is\n", options.config.string(),
               options.to != 0 ? fmt::format("revision {}", options.to) : "earlier revision");
    return kExitInputWrong;
  }
  if (target->files == now) {
    fmt::print("the files are those of revision {} already\n", target->number);
    return kExitOk;
  }
  const auto time = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  if (const auto kept = write_back(revisions, *target, now, time))
    fmt::print("what stood there is kept as revision {}\n", *kept);
  for (const RevisionFile& file : target->files) fmt::print("{}\n", file.path);
  fmt::print("revision {} of {} ({}) is written back\n", target->number, when(*target), target->origin);
  return kExitOk;
}

}  // namespace

void add_rollback_verb(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand(
      "rollback", "Write an earlier revision of a descriptor's files back; a running device takes it over");
  verb->add_option("--config", options->config, "descriptor")->required()->envname("M2AG_CONFIG");
  verb->add_option("--to", options->to, "number of the revision; without it the last one that differs from the files")
      ->check(CLI::PositiveNumber);
  verb->add_flag("--list", options->list, "list the revisions, change nothing");
  verb->add_flag("--json", options->json, "with --list: as JSON");
  verb->add_option("--state", options->state, "device database, when the descriptor does not say it any more")
      ->type_name("FILE");
  verb->callback([options, &exit_code] {
    try {
      exit_code = rollback(*options);
    } catch (const std::runtime_error& error) {
      fmt::print(stderr, "m2ag rollback: {}\n", error.what());
      exit_code = kExitSystemWrong;
    }
  });
}

}  // namespace m2ag::host
