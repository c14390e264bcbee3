// What a plugin says of itself, as data: made in the child process that loads it, carried as JSON, and the only source for validation,
// schema and documentation. The functions inside the specs are empty here. Plain data: one thread at a time.
#pragma once

#include <m2ag/plugin.h>

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace m2ag::host {

struct PluginDescription {
  std::filesystem::path path;
  std::string name;
  std::string version;
  std::vector<ComponentSpec> components;
  std::vector<SimulatedChipSpec> chips;
  std::string digest = {};  ///< of the file that described itself; not part of the JSON
};

/// The words of a parameter's or a channel's type, as in the JSON and in documentation: "duration", "gpio_line", "boolean", …
std::string_view to_string(ParamType type);
std::string_view to_string(ChannelType type);

/// Members that say nothing (empty text, false, no limit) are left out.
nlohmann::json to_json(const PluginDescription& description);
nlohmann::json to_json(const ComponentSpec& spec);
nlohmann::json to_json(const SimulatedChipSpec& spec);

/// Throws nlohmann::json::exception or ConfigError when it is not such a JSON.
PluginDescription description_from_json(const nlohmann::json& json);

}  // namespace m2ag::host
