// One plugin loaded into this process. The library stays mapped for as long as this object or anything that came from it lives, so
// keep the object longer than the components it created. Open it in a child process first (catalog.h): a static initialiser may crash.
// Immutable: the getters may be used from any thread.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/description.h"

namespace boost::dll {
class shared_library;
}

namespace m2ag::host {

/// A file is not, or not yet, a plugin for this host. The sentence says why and what helps; it does not repeat the path.
class PluginError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Why a plugin made with this descriptor cannot be used here, as a sentence that names both versions; nothing when it can be.
/// Reads only the members that the ones before them vouch for.
std::optional<std::string> descriptor_problem(const abi::Descriptor& descriptor);

class PluginLibrary {
 public:
  /// Checks the file and who may write to it, loads a private copy of it, accepts its descriptor, then lets it describe itself. Throws PluginError.
  explicit PluginLibrary(const std::filesystem::path& file);
  ~PluginLibrary();
  PluginLibrary(const PluginLibrary&) = delete;
  PluginLibrary& operator=(const PluginLibrary&) = delete;

  /// Here with the functions that call into the plugin. What they create must be gone before this object is.
  const PluginDescription& description() const { return description_; }
  const std::vector<ComponentSpec>& components() const { return description_.components; }
  const std::vector<SimulatedChipSpec>& simulated_chips() const { return description_.chips; }
  /// An address in the library, to know its code by.
  const void* code() const { return descriptor_; }
  /// Of the file's content.
  const std::string& digest() const { return digest_; }
  /// What the dynamic loader knows it as (in a core dump: /memfd:NAME.so), the path itself when there was no memory for a copy.
  const std::string& loaded_as() const { return loaded_as_; }
  /// Nullptr when the plugin has none of that name.
  const ComponentSpec* find_type(std::string_view type) const;
  const SimulatedChipSpec* find_chip(std::string_view chip) const;

  /// Lets the plugin describe itself once more, for the contract check. Throws PluginError.
  PluginDescription describe() const;

 private:
  std::shared_ptr<boost::dll::shared_library> load(const std::filesystem::path& file);

  std::string digest_, loaded_as_;
  std::shared_ptr<boost::dll::shared_library>
      library_;  // before what follows: what the others hold runs code inside it while it is destroyed
  const abi::Descriptor* descriptor_;
  PluginDescription description_;
};

}  // namespace m2ag::host
