#include "cli/describe_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "config/descriptor.h"
#include "config/expectation.h"
#include "core/duration.h"

namespace m2ag::host {
namespace {

struct Row {
  std::string name, what, description;
};

/// In characters: units and descriptions are UTF-8.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

std::string padded(std::string text, std::size_t to) {
  text.append(to - std::min(to, width(text)), ' ');
  return text;
}

std::string columns(const std::vector<Row>& rows) {
  std::size_t name = 0, what = 0;
  for (const Row& row : rows) {
    name = std::max(name, width(row.name));
    what = std::max(what, width(row.what));
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line = fmt::format("  {}  {}  {}", padded(row.name, name), padded(row.what, what), row.description);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

std::string joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, ", ")); }

/// "integer", "list of text", "a | b | c".
std::string type_of(const ParamSpec& spec) {
  if (!spec.choices.empty()) {
    std::vector<std::string> words;
    for (const Value& choice : spec.choices) words.push_back(written(choice, spec));
    return fmt::format("{}", fmt::join(words, " | "));
  }
  std::string type(to_string(spec.type));
  std::replace(type.begin(), type.end(), '_', ' ');
  if (spec.type == ParamType::list || spec.type == ParamType::map) type += " of " + type_of(spec.fields.front());
  return type;
}

/// Only the settings themselves are registers, not what is in them nor what a command takes.
std::string facts_of(const ParamSpec& spec, bool is_setting) {
  std::vector<std::string> facts = {type_of(spec)};
  if (const std::string range = range_of(spec); !range.empty() && spec.choices.empty()) facts.push_back(range);
  if (!spec.unit.empty()) facts.back() += " " + spec.unit;
  if (spec.required) facts.emplace_back("required");
  if (spec.secret) facts.emplace_back("secret");
  if (is_setting && is_register(spec)) facts.emplace_back("a register");
  const bool collection = spec.type == ParamType::list || spec.type == ParamType::map || spec.type == ParamType::group;
  if (!spec.default_value.is_null() && !collection && !spec.secret)
    facts.push_back("default " + written(spec.default_value, spec));
  if (!spec.example.is_null() && !spec.secret) facts.push_back("such as " + written(spec.example, spec));
  return joined(facts);
}

/// A row each, and those inside a group below it, with their path.
void add_params(std::vector<Row>& rows, const std::string& path, const std::vector<ParamSpec>& specs,
                bool are_settings = false) {
  for (const ParamSpec& spec : specs) {
    rows.push_back({path + spec.name, facts_of(spec, are_settings), spec.description});
    const bool collection = spec.type == ParamType::list || spec.type == ParamType::map;
    const ParamSpec& inner = collection && !spec.fields.empty() ? spec.fields.front() : spec;
    if (inner.type == ParamType::group) add_params(rows, path + spec.name + (collection ? "[]." : "."), inner.fields);
  }
}

std::string facts_of(const ChannelSpec& spec) {
  std::vector<std::string> facts = {spec.choices.empty() ? std::string(to_string(spec.type))
                                                         : fmt::format("{}", fmt::join(spec.choices, " | "))};
  if (spec.type == ChannelType::event) facts.front() = "event: " + facts.front();
  if (!spec.unit.empty()) facts.push_back("in " + spec.unit);
  if (spec.precision) facts.push_back(fmt::format("{} digit{}", *spec.precision, *spec.precision == 1 ? "" : "s"));
  if (spec.minimum && spec.maximum) facts.push_back(fmt::format("{} to {}", *spec.minimum, *spec.maximum));
  if (spec.writable) facts.emplace_back("may be set");
  if (spec.main) facts.emplace_back("main");
  return joined(facts);
}

std::string section(std::string_view title, const std::vector<Row>& rows) {
  return rows.empty() ? std::string() : fmt::format("\n{}\n{}", title, columns(rows));
}

}  // namespace

std::string describe_text(const ComponentSpec& spec) {
  std::vector<Row> settings, channels, commands;
  if (spec.sensor)
    settings.push_back(
        {"interval", "duration, a register, default " + format_duration(spec.interval), "time between two samples"});
  add_params(settings, "", spec.params, true);
  for (const ChannelSpec& each : spec.channels) channels.push_back({each.name, facts_of(each), each.description});
  for (const CommandSpec& each : spec.commands) {
    commands.push_back({each.name, "", each.description});
    add_params(commands, each.name + ".", each.params);
  }
  return fmt::format("{}: {}\n", spec.type, spec.description) + section("Settings", settings) +
         section("Channels", channels) + section("Commands", commands);
}

std::string describe_text(const SimulatedChipSpec& spec) {
  std::vector<Row> settings;
  add_params(settings, "", spec.params);
  return fmt::format("{} (simulated chip): {}\n", spec.chip, spec.description) + section("Settings", settings);
}

std::string describe_text(const PluginDescription& plugin) {
  std::string text = fmt::format("{} {}, {}\n", plugin.name, plugin.version, plugin.path.string());
  for (const ComponentSpec& spec : plugin.components) text += '\n' + describe_text(spec);
  for (const SimulatedChipSpec& spec : plugin.chips) text += '\n' + describe_text(spec);
  return text;
}

}  // namespace m2ag::host
