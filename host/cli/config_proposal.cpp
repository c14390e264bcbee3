#include "cli/config_proposal.h"

#include <fmt/format.h>
#include <m2ag/error.h>

#include <algorithm>
#include <array>
#include <utility>

#include "cli/descriptor_check.h"
#include "cli/revision_files.h"
#include "component/arguments.h"
#include "config/hint.h"

namespace m2ag::host {
namespace {

constexpr std::size_t kLongestOrigin = 64;

ConfigProposal proposal_of(const Value& arguments, const std::vector<ParamSpec>& more) {
  std::vector<ParamSpec> params{text_argument("text", "the whole new text", true),
                                text_argument("file", "which file, as request/config calls it", false)};
  params.insert(params.end(), more.begin(), more.end());
  const Value asked = checked_arguments(arguments, params);
  const auto text = [&asked](const char* name) {
    const Value* value = asked.find(name);
    return value == nullptr ? std::string() : value->as_text();
  };
  ConfigProposal proposal{text("file"), text("text"), text("etag"), {}, text("origin")};
  if (const Value* confirm = asked.find("confirm")) {
    proposal.confirm =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::microseconds(confirm->as_integer()));
  }
  return proposal;
}

ParamSpec confirm_argument() {
  ParamSpec spec;
  spec.name = "confirm";
  spec.type = ParamType::duration;
  spec.description = "taken back unless it is confirmed within";
  spec.minimum = 5e6;
  spec.maximum = 600e6;
  return spec;
}

/// Who asks is not to learn a secret by guessing until a plugin's constructor quotes it.
void tell(const Problems& found, const ConfigView& disk, Problems& problems) {
  for (const Problem& problem : found.sorted()) {
    std::string message = problem.message;
    for (const RevisionFile& file : disk.files()) {
      if (const MaskedText* masked = disk.masked(file)) message = masked->redact(std::move(message));
    }
    if (problem.warning) {
      problems.warning(problem.mark, problem.path, std::move(message));
    } else {
      problems.error(problem.mark, problem.path, std::move(message));
    }
  }
  if (found.left_out() > 0) problems.error({}, {}, fmt::format("and {} more", found.left_out()));
}

}  // namespace

ConfigProposal check_arguments_of(const Value& arguments) { return proposal_of(arguments, {}); }

ConfigProposal apply_arguments_of(const Value& arguments) {
  ConfigProposal proposal =
      proposal_of(arguments, {text_argument("etag", "of the text that stands there", true), confirm_argument(),
                              text_argument("origin", "who asks, for the list of revisions", false)});
  constexpr std::array kOwn{"start", "file", "signal", "rollback", "kept", "plugin"};
  const std::string& origin = proposal.origin;
  if (std::ranges::find(kOwn, origin) != kOwn.end())
    throw CommandError("bad_arguments", fmt::format("origin: {} is a word of the host's own", quote(origin)));
  if (origin.size() > kLongestOrigin || std::ranges::any_of(origin, [](unsigned char c) { return c < 0x20; }))
    throw CommandError("bad_arguments", "origin: expected at most 64 bytes without control characters");
  if (origin.empty()) proposal.origin = "request";
  return proposal;
}

ConfigView view_of_disk(const std::filesystem::path& config, const Environment& environment, const Types& types) {
  Problems ignored;
  auto files = revision_files(read_sources(config, environment, ignored));
  if (files.empty() || files.front().path != draft_key(config))
    throw std::runtime_error(config.string() + ": there is no such file; request/rollback writes an earlier one back");
  return {std::move(files), environment, types};
}

const RevisionFile& target_of(const ConfigProposal& proposal, const ConfigView& disk) {
  const RevisionFile* target = disk.find(proposal.file);
  if (target == nullptr) {
    std::vector<std::string> known;
    for (const RevisionFile& file : disk.files()) {
      if (disk.writable(file)) known.push_back(file.path);
    }
    throw CommandError("bad_arguments", fmt::format("file: {} is no file of the descriptor; here are {}",
                                                    quote(proposal.file), fmt::join(known, ", ")));
  }
  if (!disk.writable(*target)) {
    throw CommandError("read_only", target->path +
                                        ": is included by the descriptor; only the descriptor itself and files of "
                                        "components.d are written by request");
  }
  return *target;
}

std::optional<Refusal> conflict_of(const ConfigProposal& proposal, const RevisionFile& target) {
  const std::string there = etag(target);
  if (there == proposal.etag) return std::nullopt;
  return Refusal{"conflict",
                 fmt::format("{}: expected the etag {}, found {}: it was changed meanwhile; ask for it again with "
                             "request/config",
                             target.path, proposal.etag, there),
                 {{"expected", proposal.etag}, {"found", there}}};
}

Refusal rejection(const Problems& problems) {
  return {"rejected", problems.text() + "nothing was changed", {{"problems", problem_list(problems)}}};
}

std::string unmasked_text(const ConfigProposal& proposal, const ConfigView& disk) {
  const RevisionFile& target = target_of(proposal, disk);
  const MaskedText* former = disk.masked(target);
  return former == nullptr ? proposal.text : former->unmask(proposal.text, target.path);
}

std::optional<Descriptor> check_proposal(const ConfigProposal& proposal, const ConfigView& disk,
                                         const std::filesystem::path& config, const Environment& environment,
                                         const Catalog& catalog, Problems& problems) {
  const RevisionFile& target = target_of(proposal, disk);
  const MaskedText nothing("", target.path, {});
  const MaskedText& former = disk.masked(target) == nullptr ? nothing : *disk.masked(target);
  // Places are those of the text that came: the secrets go into the tree, not into the text.
  Drafts drafts = drafts_of(disk.files(), false);
  drafts.files[target.path] = {proposal.text, [&](Node& document, Problems& found) { former.amend(document, found); }};
  Problems found;
  const Sources sources = read_sources(config, environment, drafts, found);
  std::optional<TrialText> trial;
  if (!found.has_errors()) {
    try {
      trial.emplace(target.path, unmasked_text(proposal, disk));
    } catch (const std::runtime_error& error) {
      found.error({target.path, 0, 0}, {}, error.what());
    }
  }
  auto next = check_sources(sources, config, environment, catalog, found, trial ? &*trial : nullptr);
  tell(found, disk, problems);
  return next;
}

}  // namespace m2ag::host
