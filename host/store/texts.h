// The texts of a descriptor's files: read, put back, and kept in a folder of their own, with what there is to say about them. Functions
// without state; one thread writes at a time.
//
// In the folder the files are called `0`, `1`, …, and `revision.json` says what they were called. It is made under another name first: one that
// is half written is none.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace m2ag::host {

struct RevisionFile {
  std::string path;
  std::string text;
  friend bool operator==(const RevisionFile&, const RevisionFile&) = default;
};

/// As the files are now; one that is not there is left out. Throws std::runtime_error when one cannot be read.
std::vector<RevisionFile> read_files(const std::vector<std::filesystem::path>& paths);

/// Replaces each file in one step, with its rights kept, and all of them at nearly the same time. Durable on return. Throws
/// std::runtime_error.
void replace_files(const std::vector<RevisionFile>& files);

/// Throws std::runtime_error, with the way out, unless replace_files may write it and its owner stays the same.
void require_replaceable(const std::filesystem::path& file);

struct TextFolder {
  nlohmann::json about;
  std::vector<RevisionFile> files;
};

/// Makes `parent`/`name`, for nobody else to read. Durable on return. Throws std::runtime_error, also when it is there already.
void make_text_folder(const std::filesystem::path& parent, const std::string& name,
                      const std::vector<RevisionFile>& files, nlohmann::json about);

/// Nothing when it is not there, or not whole.
std::optional<TextFolder> read_text_folder(const std::filesystem::path& folder);

}  // namespace m2ag::host
