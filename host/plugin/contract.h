// The contract every plugin keeps, as a program can check it: `m2ag check plugin.so`. The plugin runs in a child process on the fakes of
// m2ag/testing.h, so that a crash or a hang is a finding and not the end.
// Functions without state: any thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <iosfwd>

namespace m2ag::host {

/// Starts `program describe --contract FILE` and prints a line for each step. True when nothing was found. Throws std::system_error when
/// no child can be started.
bool check_contract(const std::filesystem::path& plugin, const std::filesystem::path& program, std::ostream& out,
                    std::chrono::milliseconds patience = std::chrono::seconds(20));

/// The child's part: reports each step, and never comes back.
[[noreturn]] void run_contract(const std::filesystem::path& plugin);

}  // namespace m2ag::host
