// What the descriptor that runs here says of its components, also of those that do not run, for components that must know it of each other.
// Taken over as a whole; any thread.
#pragma once

#include <m2ag/value.h>

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace m2ag::host {

class Roster {
 public:
  struct Entry {
    std::string id, type;
    bool runs_here = true;  ///< enabled, and not in a process of its own
    Value settings;
  };

  /// From now on these, instead of those before. For a reload: after what leaves has stopped, before what comes is started.
  void exchange(const std::vector<Entry>& entries);

  /// Those whose setting `parameter` is this id or a list with it, in the order of the descriptor; never `id` itself.
  std::vector<std::string> named_by(std::string_view id, std::string_view parameter) const;
  /// Nothing when none of that id runs here.
  std::optional<std::string> type_of(std::string_view id) const;

 private:
  struct Naming {
    std::string by, parameter;
  };
  using Namings = std::multimap<std::string, Naming, std::less<>>;  ///< by the id that is named
  using Types = std::map<std::string, std::string, std::less<>>;

  mutable std::mutex mutex_;
  Namings namings_;
  Types types_;
};

}  // namespace m2ag::host
