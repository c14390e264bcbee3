// A descriptor file as checked data: what the rest of the host is started from. Plain values, no threads.
// The tables in sections.cpp are the only source of what the host's own keys are called, mean and allow.
#pragma once

#include <m2ag/log_level.h>
#include <m2ag/param_table.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/environment.h"
#include "config/problem.h"
#include "config/sources.h"
#include "config/types.h"
#include "signal/channel_settings.h"

namespace m2ag {

/// The words of `log.level`.
constexpr auto choices(LogLevel) {
  return std::array<std::pair<std::string_view, LogLevel>, 4>{{{"debug", LogLevel::debug},
                                                               {"info", LogLevel::info},
                                                               {"warning", LogLevel::warning},
                                                               {"error", LogLevel::error}}};
}

}  // namespace m2ag

namespace m2ag::host {

struct DeviceSection {
  std::string id;
  std::string name;  ///< the id when not given
  std::vector<std::string> groups;
  static void describe(ParamTable<DeviceSection>& table);
};

/// Paths are resolved against the descriptor's folder.
struct TlsSection {
  std::string ca, cert, key;  ///< empty when not given; cert and key only together
  bool verify_host = true;
  static void describe(ParamTable<TlsSection>& table);
};

struct MqttSection {
  std::string url;  ///< empty: no broker
  std::string base_topic = "m2ag";
  std::string client_id;         ///< `m2ag-<device id>` when not given
  std::string version = "auto";  ///< "auto", "5" or "3.1.1"
  std::chrono::seconds keep_alive{30};
  std::string username;
  std::string password;
  std::optional<TlsSection> tls;
  static void describe(ParamTable<MqttSection>& table);
};

struct LogSection {
  LogLevel level = LogLevel::info;
  static void describe(ParamTable<LogSection>& table);
};

struct StateSection {
  /// Resolved. When not given: `state.db` in $STATE_DIRECTORY, else `<descriptor's name>.state.db` beside the descriptor.
  std::string file;
  static void describe(ParamTable<StateSection>& table);
};

struct SimulatedChipSection {
  std::string bus;
  std::uint8_t address = 0;
  std::string chip;
  Value settings;  ///< complete
  Mark mark;
};

struct SimulatedSection {
  std::vector<std::string> buses;  ///< those without chips too
  std::vector<SimulatedChipSection> chips;
  std::vector<std::string> lines;
};

struct ComponentSection {
  std::string id;
  std::string type;
  std::string name;  ///< empty when not given
  bool enabled = true;
  std::string lane;                       ///< empty: one of its own
  bool isolated = false;                  ///< `isolation: process`
  std::chrono::microseconds interval{0};  ///< of a sensor
  bool publish_json = false;
  std::map<std::string, ChannelSettings, std::less<>> channels;  ///< only those given
  Value settings;                                                ///< the type's own, complete
  std::vector<std::string> secrets;  ///< paths of settings that came from !secret, such as `components.api.token`
  Mark mark;                         ///< of the id

  /// Whether a running component of the one has nothing to change for the other; where it stands in the file does not count.
  bool same_as(const ComponentSection& other) const;
};

struct Descriptor {
  std::filesystem::path file;
  std::vector<std::filesystem::path> files;  ///< every file it was read from, itself first
  DeviceSection device;
  MqttSection mqtt;
  LogSection log;
  StateSection state;
  SimulatedSection simulated;
  std::vector<ComponentSection> components;  ///< in the order of the files
  std::shared_ptr<const Node>
      document;  ///< what it was bound from, secrets too: for the process of an isolated component
};

/// Nothing when there are errors. Without `types` the sections `components` and `simulated` are passed over: enough to reach the broker.
std::optional<Descriptor> read_descriptor(const std::filesystem::path& file, const Environment& environment,
                                          const Types* types, Problems& problems);

/// As if the file had this text: to check a change before it is written.
std::optional<Descriptor> read_descriptor_text(std::string_view text, const std::filesystem::path& file,
                                               const Environment& environment, const Types* types, Problems& problems);

/// The second half of those: checks what was read.
std::optional<Descriptor> bind_descriptor(const Sources& sources, const std::filesystem::path& file,
                                          const Environment& environment, const Types* types, Problems& problems);

/// The rows a component of this type has in a descriptor: the host's own keys (type, name, enabled, lane, isolation, interval,
/// publish_json, channels), then the type's.
std::vector<ParamSpec> component_params(const ComponentSpec& spec);
/// Whether the row, or one inside it, is secret.
bool has_secret(const ParamSpec& spec);
/// Whether one of these rows is a register, as far as its description says: what is secret is none, whatever the plugin says.
bool is_register(const ParamSpec& spec);
/// Likewise of a simulated chip: `chip`, then the chip's own.
std::vector<ParamSpec> chip_params(const SimulatedChipSpec& spec);
/// The sections of the top level that are plain tables: device, mqtt, log, state.
std::vector<ParamSpec> section_params();
/// All keys of the top level.
std::vector<std::string_view> section_names();

}  // namespace m2ag::host
