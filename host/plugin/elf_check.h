// What a plugin's file is, read from its bytes alone, before the dynamic loader sees it: the loader itself dies (SIGBUS) on a file that
// was cut short, and blames a missing file for one of another machine.
// Functions without state: any thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace m2ag::host {

/// Why the file must not be given to dlopen, as a sentence without the path; nothing when it may be.
std::optional<std::string> elf_problem(const std::filesystem::path& file);

/// The strong symbols that the library shows to others, in the file's order. For a file that `elf_problem` has passed; throws
/// std::runtime_error when its symbol table makes no sense.
std::vector<std::string> exported_symbols(const std::filesystem::path& file);

}  // namespace m2ag::host
