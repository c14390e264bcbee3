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

/// Starts `program check --trial PLUGIN… --trial-after ID FILE`, once more after each component that takes the child with it.
void try_components(const Descriptor& descriptor, const Catalog& catalog, const std::filesystem::path& program,
                    Problems& problems, std::chrono::milliseconds patience = kTrialPatience);

/// The child's part: `plugins` are those that the descriptor uses, in the order of their precedence; components up to and with `after` have
/// been tried before. Never comes back.
[[noreturn]] void run_trial(const std::filesystem::path& file, const std::vector<std::filesystem::path>& plugins,
                            const std::string& after);

// A line of the child is one of these, and what it is about. Without the last one it has not come to its end.
constexpr char kTrialOf = '>', kTrialProblem = '-', kTrialDone = '.';

}  // namespace m2ag::host
