#include "cli/revision_files.h"

#include <algorithm>

#include "config/descriptor.h"

namespace m2ag::host {

namespace fs = std::filesystem;

std::vector<RevisionFile> revision_files(const Sources& sources) { return revision_files(sources, {}); }

std::vector<RevisionFile> revision_files(const Sources& sources, const Drafts& drafts) {
  std::vector<RevisionFile> files;
  for (const auto& path : sources.files) {
    if (path.filename() == "secrets.yaml") continue;
    const std::string key = draft_key(path);
    if (const auto draft = drafts.files.find(key); draft != drafts.files.end()) {
      files.push_back({key, draft->second.text});
    } else {
      for (RevisionFile& file : read_files({key})) files.push_back(std::move(file));
    }
  }
  return files;
}

Drafts drafts_of(const std::vector<RevisionFile>& files, bool alone) {
  Drafts drafts;
  for (const RevisionFile& file : files) drafts.files[file.path] = {file.text};
  drafts.alone = alone;
  return drafts;
}

fs::path state_file_of(const fs::path& config, const Sources& sources, const Environment& environment) {
  Problems ignored;
  if (const auto descriptor = bind_descriptor(sources, config, environment, nullptr, ignored))
    return descriptor->state.file;
  const fs::path folder = config.parent_path();
  const Entry* section = sources.root.find("state");
  const Entry* file = section == nullptr ? nullptr : section->value.find("file");
  if (file != nullptr && !file->value.text.empty()) return folder / file->value.text;
  const auto given = environment.folder("STATE_DIRECTORY");
  return given ? *given / "state.db" : folder / (config.stem().string() + ".state.db");
}

std::optional<Revision> choose_revision(const std::vector<Revision>& all, unsigned to,
                                        const std::vector<RevisionFile>& now) {
  const auto found = std::find_if(all.rbegin(), all.rend(), [&](const Revision& each) {
    return to != 0 ? each.number == to : each.origin != "kept" && each.files != now;
  });
  return found == all.rend() ? std::nullopt : std::optional(*found);
}

std::optional<unsigned> write_back(Revisions& revisions, const Revision& target, const std::vector<RevisionFile>& now,
                                   std::int64_t time) {
  std::optional<unsigned> kept;
  const auto all = revisions.all();
  if (std::ranges::none_of(all, [&](const Revision& each) { return each.files == now; }))
    kept = revisions.add(now, "kept", time);
  revisions.mark_rollback(target.number);
  // Files that are read because they are there: they would add what the revision has not.
  for (const RevisionFile& file : now) {
    const bool stays = std::ranges::any_of(target.files, [&](const auto& each) { return each.path == file.path; });
    if (!stays && fs::path(file.path).parent_path().filename() == "components.d") fs::remove(file.path);
  }
  replace_files(target.files);
  return kept;
}

}  // namespace m2ag::host
