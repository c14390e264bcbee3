// Which of a descriptor's files make up a revision: all that were read, but the secrets. Any thread.
#pragma once

#include <filesystem>
#include <vector>

#include "config/sources.h"
#include "store/revisions.h"

namespace m2ag::host {

/// As they are now, in the order in which they were read, with absolute paths. Throws std::runtime_error when one cannot be read.
std::vector<RevisionFile> revision_files(const Sources& sources);

}  // namespace m2ag::host
