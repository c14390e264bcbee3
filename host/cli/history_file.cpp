#include "cli/history_file.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <stdexcept>
#include <vector>

#include "config/descriptor.h"
#include "history/reader.h"

namespace m2ag::host {
namespace {

constexpr std::string_view kType = "logger";

std::string text_of(const Node& node, std::string_view key, std::string otherwise) {
  const Entry* entry = node.find(key);
  return entry != nullptr && entry->value.is_scalar() ? entry->value.text : otherwise;
}

}  // namespace

void HistoryFile::add_options(CLI::App& verb) {
  CLI::Option* file = verb.add_option("--file", path_, "the history itself");
  verb.add_option("--config", config_, "descriptor whose logger has it")->envname("M2AG_CONFIG")->excludes(file);
}

void HistoryFile::find() {
  if (path_.empty()) find_logger();
  // The file's own counts: the days of its rollups are made with it.
  if (std::filesystem::exists(path_)) zone_ = history::zone_of(path_);
}

void HistoryFile::find_logger() {
  if (config_.empty()) throw std::invalid_argument("expected --config with a descriptor, or --file with a history");
  Problems problems;
  const auto descriptor = read_descriptor(config_, Environment::of_process(), nullptr, problems);
  if (!descriptor) throw std::invalid_argument(problems.text());
  // Without plugins nothing is known of the types: the file as it is read says what is needed.
  std::vector<const Entry*> loggers;
  if (const Entry* components = descriptor->document->find("components")) {
    for (const Entry& entry : components->value.entries) {
      if (text_of(entry.value, "type", {}) == kType) loggers.push_back(&entry);
    }
  }
  if (loggers.empty())
    throw std::invalid_argument(fmt::format("{}: has no component of type logger", config_.string()));
  if (loggers.size() > 1)
    throw std::invalid_argument(fmt::format("{}: has several loggers, {} and {}: name the history with --file",
                                            config_.string(), loggers[0]->key, loggers[1]->key));
  const Node& logger = loggers.front()->value;
  path_ = std::filesystem::absolute(descriptor->state.file).parent_path() / text_of(logger, "file", "history.db");
  zone_ = text_of(logger, "zone", "UTC");
}

}  // namespace m2ag::host
