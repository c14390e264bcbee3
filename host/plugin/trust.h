// Who could have changed a plugin: its code runs with all rights of the host, so only root and the running user may write to it.
// Functions without state: any thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace m2ag::host {

/// Why the file is not trusted, as a sentence with the way out; nothing when root or the running user owns it and its folder, and
/// nobody else may write to either (in a sticky folder such as /tmp nobody can replace another's file, so that is allowed).
/// Links are followed: what counts is where the code lies.
std::optional<std::string> trust_problem(const std::filesystem::path& file);

}  // namespace m2ag::host
