// Small files that are whole on the disk when a function returns. Functions without state: any thread.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

namespace m2ag::host {

inline constexpr mode_t kPrivate = 0600;  ///< a descriptor may have a password in it

/// Nothing when it is not there or cannot be read.
std::optional<std::string> read_whole(const std::filesystem::path& file);

/// Writes into the file itself. Throws std::runtime_error.
void write_durably(const std::filesystem::path& file, const std::string& text, mode_t mode);

/// Names are durable only with their folder.
void sync_folder(const std::filesystem::path& folder);

/// "house.yaml: cannot be written: Read-only file system"
[[noreturn]] void throw_file_error(const std::filesystem::path& path, const char* what, int error);

}  // namespace m2ag::host
