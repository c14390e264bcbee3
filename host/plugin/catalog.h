// All plugins of this host: what each offers, learnt from a child process, and loaded into this process only when a type of it is used.
// `load` may be called from any thread; all else is immutable after the scan. A later scan is a new catalog that shares the libraries.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/types.h"
#include "plugin/description.h"
#include "plugin/libraries.h"

namespace m2ag::host {

class Log;

struct RefusedPlugin {
  std::filesystem::path path;
  std::string reason;
};

/// A file of a plugin folder that came, went, or became another since the scan before.
struct PluginChange {
  std::string event;  ///< "plugin_added", "plugin_replaced", "plugin_refused" or "plugin_removed"
  std::filesystem::path path;
  std::string name, version;  ///< of one that is or was good
  std::string reason;         ///< of one that is refused
};

class Catalog : public Types {
 public:
  /// How long one plugin may take to describe itself before it counts as hanging.
  static constexpr std::chrono::milliseconds kPatience{5000};

  /// Describes each `*.so` of the folders in a child, `program describe --child FILE…`; a plugin that crashes or hangs there is refused
  /// and the others go on. A type that two plugins offer is the first folder's, with a warning. Throws std::system_error when no child
  /// can be started.
  static std::shared_ptr<const Catalog> scan(const std::vector<std::filesystem::path>& folders,
                                             const std::filesystem::path& program, Log& log,
                                             std::chrono::milliseconds patience = kPatience);
  /// The folders once more: asks only files that have changed since. What is loaded stays on offer when its file is gone or was replaced
  /// by one that is refused: the code runs here, whatever became of the file.
  std::shared_ptr<const Catalog> scan_again(const std::vector<std::filesystem::path>& folders,
                                            const std::filesystem::path& program, Log& log,
                                            std::chrono::milliseconds patience = kPatience) const;
  /// As `scan`, for these files.
  static std::shared_ptr<const Catalog> describe(const std::vector<std::filesystem::path>& files,
                                                 const std::filesystem::path& program, Log& log,
                                                 std::chrono::milliseconds patience = kPatience);
  /// The child's part: a line for each file, and never back.
  [[noreturn]] static void describe_files(const std::vector<std::filesystem::path>& files);

  std::vector<PluginChange> changes_since(const Catalog& before) const;

  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  /// In the order of precedence; types that a plugin before it offers too are left out.
  const std::vector<PluginDescription>& plugins() const { return plugins_; }
  const std::vector<RefusedPlugin>& refused() const { return refused_; }
  /// Sentences about the types and chips that were left out.
  const std::vector<std::string>& left_out() const { return left_out_; }
  std::vector<const ComponentSpec*> types() const;
  std::vector<const SimulatedChipSpec*> chips() const;

  const ComponentSpec* find_type(std::string_view type) const override;
  const SimulatedChipSpec* find_chip(std::string_view chip) const override;
  /// Whose it is. Nullptr when no plugin offers it.
  const PluginDescription* plugin_of_type(std::string_view type) const;
  const PluginDescription* plugin_of_chip(std::string_view chip) const;

  /// With the nearest name, or with the reason when the plugin of that name was refused.
  std::string unknown_type(std::string_view type) const override;
  std::string unknown_chip(std::string_view chip) const override;

  /// The library with that type or that chip, loaded now when it is not yet. Throws PluginError, with the path.
  std::shared_ptr<PluginLibrary> load_type(std::string_view type) const;
  std::shared_ptr<PluginLibrary> load_chip(std::string_view chip) const;

 private:
  /// What a file said of itself, and how it was then (size, times, owner).
  struct Known {
    std::string stamp;
    std::variant<PluginDescription, RefusedPlugin> answer;
  };
  using KnownFiles = std::map<std::filesystem::path, Known>;

  Catalog() = default;
  static std::shared_ptr<Catalog> make();
  void look_at(const std::vector<std::filesystem::path>& files, const std::filesystem::path& program,
               std::chrono::milliseconds patience, const Catalog* before);
  /// All that is loaded and no longer on offer, or only that of one file.
  void keep_loaded(const Catalog& before, const std::filesystem::path* only);
  bool offers(const std::filesystem::path& file) const;
  void tell(Log& log, const Catalog* before) const;
  void add(PluginDescription description);
  static KnownFiles describe_in_child(const std::vector<std::filesystem::path>& files,
                                      const std::filesystem::path& program, std::chrono::milliseconds patience);
  std::string unknown(std::string_view what, std::string_view name, const std::vector<std::string>& known) const;
  std::shared_ptr<PluginLibrary> load(const PluginDescription& plugin) const;

  std::vector<PluginDescription> plugins_;
  std::vector<RefusedPlugin> refused_;
  std::vector<std::string> left_out_;
  KnownFiles known_;
  std::shared_ptr<Libraries> libraries_ = std::make_shared<Libraries>();
};

}  // namespace m2ag::host
