// Reads a small regular file whole: never blocks on a pipe or device, never reads past the bound.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <string>

namespace m2ag::host {

struct TextFile {
  std::string text;   ///< at most `limit` + 1 bytes: longer means too large
  mode_t mode = 0;    ///< as stat(2) gives it
  std::string error;  ///< a sentence when it could not be read, else empty
  bool missing = false;
};

TextFile read_text_file(const std::filesystem::path& path, std::size_t limit);

}  // namespace m2ag::host
