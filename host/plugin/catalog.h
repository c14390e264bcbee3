// All plugins of this host: what each offers, learnt from a child process, and loaded into this process only when a type of it is used.
// Loaded libraries stay for the life of the process. `load` may be called from any thread; all else is immutable after the scan.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/description.h"
#include "plugin/library.h"

namespace m2ag::host {

class Log;

struct RefusedPlugin {
  std::filesystem::path path;
  std::string reason;
};

class Catalog {
 public:
  /// How long one plugin may take to describe itself before it counts as hanging.
  static constexpr std::chrono::milliseconds kPatience{5000};

  /// Describes each `*.so` of the folders in a child, `program describe --child FILE…`; a plugin that crashes or hangs there is refused
  /// and the others go on. A type that two plugins offer is the first folder's, with a warning. Throws std::system_error when no child
  /// can be started.
  static std::shared_ptr<const Catalog> scan(const std::vector<std::filesystem::path>& folders, const std::filesystem::path& program,
                                             Log& log, std::chrono::milliseconds patience = kPatience);
  /// The child's part: a line for each file, and never back.
  [[noreturn]] static void describe_files(const std::vector<std::filesystem::path>& files);

  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  /// In the order of precedence; types that a plugin before it offers too are left out.
  const std::vector<PluginDescription>& plugins() const { return plugins_; }
  const std::vector<RefusedPlugin>& refused() const { return refused_; }

  /// Data only: the functions are empty. Nullptr when no plugin offers it.
  const ComponentSpec* find_type(std::string_view type) const;
  const SimulatedChipSpec* find_chip(std::string_view chip) const;
  /// Whose it is. Nullptr when no plugin offers it.
  const PluginDescription* plugin_of_type(std::string_view type) const;
  const PluginDescription* plugin_of_chip(std::string_view chip) const;

  /// `no plugin offers the type "rellay", did you mean "relay"?`, or with the plugins that were refused when there are such.
  std::string unknown_type(std::string_view type) const;
  std::string unknown_chip(std::string_view chip) const;

  /// The library with that type or that chip, loaded now when it is not yet. Throws PluginError, with the path.
  std::shared_ptr<PluginLibrary> load_type(std::string_view type) const;
  std::shared_ptr<PluginLibrary> load_chip(std::string_view chip) const;

 private:
  Catalog() = default;
  void add(PluginDescription description, Log& log);
  std::string unknown(std::string_view what, std::string_view name, const std::vector<std::string>& known) const;
  std::shared_ptr<PluginLibrary> load(const std::filesystem::path& path) const;

  std::vector<PluginDescription> plugins_;
  std::vector<RefusedPlugin> refused_;
  mutable std::mutex mutex_;
  mutable std::map<std::filesystem::path, std::shared_ptr<PluginLibrary>> loaded_;
};

}  // namespace m2ag::host
