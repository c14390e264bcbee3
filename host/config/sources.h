// A descriptor with all it draws on: `!include`, `!secret`, `${…}`, merge keys (<<) and `components.d/*.yaml`, put into one tree whose
// marks still name the file each key came from. Every file's problems are found in one run.
// Functions without state: any thread. They read files; they change none.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/document.h"
#include "config/environment.h"

namespace m2ag::host {

struct Sources {
  /// Normally a map. When the descriptor itself could not be read, it holds what `components.d` has, and `complete` is false.
  Node root;
  bool complete = true;
  /// Every file that was read or wanted, the descriptor first: what to watch for changes.
  std::vector<std::filesystem::path> files;
};

/// The descriptor's path stands in messages as it is given. An included file must lie in the descriptor's folder or below.
Sources read_sources(const std::filesystem::path& descriptor, const Environment& environment, Problems& problems);

/// A text that counts in the place of a file's: a change before it is written, or what a revision has kept.
struct Draft {
  std::string text;
  /// Called with the document before its tags are resolved; may change scalars.
  std::function<void(Node& document, Problems& problems)> amend = {};
};

struct Drafts {
  std::map<std::string, Draft> files;  ///< by draft_key
  bool alone = false;                  ///< no file is there beside these, but secrets.yaml
};

/// Absolute and without "..", as a revision names its files.
std::string draft_key(const std::filesystem::path& file);

Sources read_sources(const std::filesystem::path& descriptor, const Environment& environment, const Drafts& drafts,
                     Problems& problems);

/// As if the descriptor had this text.
Sources read_sources_text(std::string_view text, const std::filesystem::path& descriptor,
                          const Environment& environment, Problems& problems);

}  // namespace m2ag::host
