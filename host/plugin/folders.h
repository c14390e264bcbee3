// Where plugins lie. Functions without state: any thread.
#pragma once

#include <filesystem>
#include <vector>

namespace m2ag::host {

/// The program that runs, as a path: for a child of the same program, and for what is installed beside it.
std::filesystem::path self_executable();

/// In the order of their precedence: `extra` (the --plugins options), $M2AG_PLUGINS (separated by colons), lib/m2ag/plugins beside the
/// program's folder, /usr/local/lib/m2ag/plugins, and the folder the packages install to. Folders that are not there are left out, but
/// for those of `extra`: a mistyped option must be noticed.
std::vector<std::filesystem::path> plugin_folders(const std::vector<std::filesystem::path>& extra);

}  // namespace m2ag::host
