// A new text for one of the descriptor's files, as a request brings it: with masks in the place of secrets, against what stands in the files now.
// Functions of what they are given: any thread.
#pragma once

#include <m2ag/value.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "cli/config_view.h"
#include "component/payload.h"
#include "config/descriptor.h"
#include "plugin/catalog.h"

namespace m2ag::host {

struct ConfigProposal {
  std::string file;  ///< empty: the descriptor itself
  std::string text;
  std::string etag;
  std::optional<std::chrono::milliseconds> confirm;
  std::string origin;
};

/// The arguments of `config-check` and `config-apply`. Throw CommandError.
ConfigProposal check_arguments_of(const Value& arguments);
ConfigProposal apply_arguments_of(const Value& arguments);

/// What stands in the files of this descriptor now. Throws std::runtime_error when it cannot be read.
ConfigView view_of_disk(const std::filesystem::path& config, const Environment& environment, const Types& types);

/// The file it is about. Throws CommandError when there is none, or it may not be written.
const RevisionFile& target_of(const ConfigProposal& proposal, const ConfigView& disk);
/// Why it is not about what stands there; nothing when it is.
std::optional<Refusal> conflict_of(const ConfigProposal& proposal, const RevisionFile& target);

/// The text with the secrets in it. Throws std::runtime_error.
std::string unmasked_text(const ConfigProposal& proposal, const ConfigView& disk);

/// `rejected`, with the list of problems.
Refusal rejection(const Problems& problems);

/// As `m2ag check` finds it, with the places of the text that came. Nothing when there are errors.
std::optional<Descriptor> check_proposal(const ConfigProposal& proposal, const ConfigView& disk,
                                         const std::filesystem::path& config, const Environment& environment,
                                         const Catalog& catalog, Problems& problems);

}  // namespace m2ag::host
