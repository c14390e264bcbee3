#include "component/unknown.h"

#include <fmt/format.h>

#include "config/hint.h"
#include "core/suggest.h"

namespace m2ag::host {
namespace {

std::string hint(const std::optional<std::string>& nearest) {
  return nearest ? fmt::format(", did you mean \"{}\"?", *nearest) : "";
}

constexpr std::size_t kShownWord = 80;  // more than an id has

}  // namespace

std::string shown_word(std::string_view word) { return printable(word, kShownWord); }

Refusal unknown_component(std::string_view id, const std::vector<std::string>& ids) {
  return {"unknown_component", fmt::format("there is no component \"{}\"{}", shown_word(id), hint(closest(id, ids)))};
}

Refusal unknown_channel(std::string_view component, std::string_view word, const ComponentSpec& spec) {
  std::vector<std::string> writable;
  for (const ChannelSpec& channel : spec.channels) {
    if (channel.name == word && !channel.set)
      return {"read_only", fmt::format("{}: the channel \"{}\" cannot be set", component, word)};
    if (channel.set) writable.push_back(channel.name);
  }
  const std::string can =
      writable.empty() ? "nothing of it can be set" : fmt::format("it has {}", fmt::join(writable, ", "));
  if (word.empty()) return {"unknown_channel", fmt::format("{}: it has no main channel to set; {}", component, can)};
  return {"unknown_channel", fmt::format("{}: there is no channel \"{}\"{}; {}", component, shown_word(word),
                                         hint(closest(word, writable)), can)};
}

std::string missing_channel(std::string_view component, std::string_view word, const ComponentSpec& spec) {
  std::vector<std::string> names;
  for (const ChannelSpec& channel : spec.channels) names.push_back(channel.name);
  const std::string has = names.empty() ? "it has none" : fmt::format("it has {}", fmt::join(names, ", "));
  if (word.empty()) return fmt::format("{}: it has no main channel, name one; {}", component, has);
  return fmt::format("{}: there is no channel \"{}\"{}; {}", component, shown_word(word), hint(closest(word, names)),
                     has);
}

Refusal unknown_command(std::string_view component, std::string_view word, const ComponentSpec& spec) {
  std::vector<std::string> commands;
  for (const CommandSpec& each : spec.commands) commands.push_back(each.name);
  return {
      "unknown_command",
      fmt::format("{}: there is no command \"{}\"{}; {}", component, shown_word(word), hint(closest(word, commands)),
                  commands.empty() ? "it has none" : fmt::format("it has {}", fmt::join(commands, ", ")))};
}

}  // namespace m2ag::host
