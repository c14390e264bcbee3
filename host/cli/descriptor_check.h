// Everything that can be found wrong with a descriptor before it runs: what `m2ag check` tells, and the requests that bring a new one.
// Functions without state: any thread. Blocks while a child process constructs the components.
#pragma once

#include <filesystem>
#include <optional>

#include "cli/trial.h"
#include "config/descriptor.h"
#include "plugin/catalog.h"

namespace m2ag::host {

/// Binds, looks at the certificates, constructs every component on trial. Nothing when there are errors, those of reading included. `draft`
/// is what the child must know of texts that are in no file yet.
std::optional<Descriptor> check_sources(const Sources& sources, const std::filesystem::path& file,
                                        const Environment& environment, const Catalog& catalog, Problems& problems,
                                        const TrialText* draft = nullptr);

/// A map of file, line, column, path, message and severity for each.
Value::List problem_list(const Problems& problems);

}  // namespace m2ag::host
