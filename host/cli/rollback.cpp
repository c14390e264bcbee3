#include "cli/rollback.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/exit_code.h"
#include "cli/revision_files.h"
#include "config/descriptor.h"
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

/// Also of a descriptor with something wrong in it, as long as it can be read at all.
fs::path state_file(const Options& options, const Sources& sources) {
  if (!options.state.empty()) return options.state;
  Problems ignored;
  const Environment environment = Environment::of_process();
  if (const auto descriptor = bind_descriptor(sources, options.config, environment, nullptr, ignored))
    return descriptor->state.file;
  const fs::path folder = options.config.parent_path();
  const Entry* section = sources.root.find("state");
  const Entry* file = section == nullptr ? nullptr : section->value.find("file");
  if (file != nullptr && !file->value.text.empty()) return folder / file->value.text;
  const auto given = environment.folder("STATE_DIRECTORY");
  return given ? *given / "state.db" : folder / (options.config.stem().string() + ".state.db");
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

/// The one asked for, else the newest that was taken over and is not what stands in the files now.
std::optional<Revision> choose(const std::vector<Revision>& all, unsigned to, const std::vector<RevisionFile>& now) {
  for (auto each = all.rbegin(); each != all.rend(); ++each) {
    if (to != 0 ? each->number == to : each->origin != "kept" && each->files != now) return *each;
  }
  return std::nullopt;
}

/// Files that are read because they are there: they would add what the revision has not.
std::vector<fs::path> superfluous(const std::vector<RevisionFile>& now, const Revision& target) {
  std::vector<fs::path> paths;
  for (const RevisionFile& file : now) {
    const bool in_target = std::ranges::any_of(target.files, [&](const auto& each) { return each.path == file.path; });
    if (!in_target && fs::path(file.path).parent_path().filename() == "components.d") paths.emplace_back(file.path);
  }
  return paths;
}

int rollback(const Options& options) {
  Problems ignored;
  const Sources sources = read_sources(options.config, Environment::of_process(), ignored);
  Revisions revisions(state_file(options, sources));
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
  const auto target = choose(all, options.to, now);
  if (!target) {
    fmt::print(stderr, "{}: there is no {}; m2ag rollback --list says what there is\n", options.config.string(),
               options.to != 0 ? fmt::format("revision {}", options.to) : "earlier revision");
    return kExitInputWrong;
  }
  if (target->files == now) {
    fmt::print("the files are those of revision {} already\n", target->number);
    return kExitOk;
  }
  if (std::ranges::none_of(all, [&](const Revision& each) { return each.files == now; })) {
    const auto time = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    fmt::print("what stood there is kept as revision {}\n", revisions.add(now, "kept", time));
  }
  revisions.mark_rollback(target->number);
  for (const fs::path& path : superfluous(now, *target)) fs::remove(path);
  replace_files(target->files);
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
