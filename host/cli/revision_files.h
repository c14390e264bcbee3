// The files of a descriptor as revisions have them, and how they get back to what one of those says. Functions without state: any thread; one
// writes at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "config/environment.h"
#include "config/sources.h"
#include "store/revisions.h"

namespace m2ag::host {

/// All that were read but the secrets, as they are now, in the order in which they were read, with absolute paths. Throws
/// std::runtime_error when one cannot be read.
std::vector<RevisionFile> revision_files(const Sources& sources);

/// The same with those that are not written yet in the place of what is.
std::vector<RevisionFile> revision_files(const Sources& sources, const Drafts& drafts);

/// As the reader takes them. `alone`: no other file is there.
Drafts drafts_of(const std::vector<RevisionFile>& files, bool alone);

/// The device database, also of a descriptor with something wrong in it, as long as it can be read at all.
std::filesystem::path state_file_of(const std::filesystem::path& config, const Sources& sources,
                                    const Environment& environment);

/// The one asked for (0: none), else the newest that was taken over and is not what stands in the files now.
std::optional<Revision> choose_revision(const std::vector<Revision>& all, unsigned to,
                                        const std::vector<RevisionFile>& now);

/// Writes `target` into the files, in which `now` stands, and takes files of components.d away that it does not have. The number under which
/// `now` was kept, if it was not yet. Throws std::runtime_error.
std::optional<unsigned> write_back(Revisions& revisions, const Revision& target, const std::vector<RevisionFile>& now,
                                   std::int64_t time);

}  // namespace m2ag::host
