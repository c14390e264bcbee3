// Every component of a descriptor made once and thrown away, for `m2ag check`: what a constructor refuses is told with its place, as a reload
// tells it. That runs in a child process, since a plugin may crash or hang there. One thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "component/dry_run.h"
#include "config/descriptor.h"
#include "plugin/catalog.h"

namespace m2ag::host {

/// So long may the child be silent: it gives up itself on a constructor that hangs, well before.
inline constexpr std::chrono::milliseconds kTrialPatience = kDryRunPatience + std::chrono::seconds(10);

/// A text that the child shall take for that of a file: in memory, since it may have secrets in it. Throws std::system_error.
class TrialText {
 public:
  TrialText(std::string file, const std::string& text);
  ~TrialText();
  TrialText(const TrialText&) = delete;
  TrialText& operator=(const TrialText&) = delete;

  const std::string& file() const { return file_; }
  /// Where the child of this process finds it.
  std::string place() const;

 private:
  const std::string file_;  ///< draft_key
  const int memory_;
};

/// What else the child is told.
struct TrialInput {
  std::string after;               ///< components up to and with this one have been tried before
  std::string draft, draft_place;  ///< of TrialText; empty: none
};

/// Starts `program check --trial PLUGIN… --trial-after ID FILE`, once more after each component that takes the child with it.
void try_components(const Descriptor& descriptor, const Catalog& catalog, const std::filesystem::path& program,
                    Problems& problems, const TrialText* draft = nullptr,
                    std::chrono::milliseconds patience = kTrialPatience);

/// The child's part: `plugins` are those that the descriptor uses, in the order of their precedence. Never comes back.
[[noreturn]] void run_trial(const std::filesystem::path& file, const std::vector<std::filesystem::path>& plugins,
                            const TrialInput& input);

// A line of the child is one of these, and what it is about. Without the last one it has not come to its end.
constexpr char kTrialOf = '>', kTrialProblem = '-', kTrialDone = '.';

}  // namespace m2ag::host
