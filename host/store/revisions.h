// What a device was made from, each time that was taken over: the texts of its files with time and origin, in a folder beside the device
// database. The newest 20 are kept. Secrets are not among them. One thread writes at a time; any may read. Revision 12 is the folder
// `0012` (texts.h).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "store/texts.h"

namespace m2ag::host {

struct Revision {
  unsigned number = 0;
  std::int64_t time = 0;  ///< seconds since 1970
  std::string origin;     ///< "start", "file", "signal", "request", "rollback"; "kept": was never taken over
  std::vector<RevisionFile> files;
};

class Revisions {
 public:
  static constexpr std::size_t kMost = 20;

  /// `state` is the device database: of `house.state.db` the folder is `house.state.revisions`. Touches nothing yet.
  explicit Revisions(const std::filesystem::path& state);

  const std::filesystem::path& folder() const { return folder_; }

  /// In the order of their numbers; what cannot be read is left out.
  std::vector<Revision> all() const;
  std::optional<Revision> newest() const;
  std::optional<Revision> find(unsigned number) const;

  /// What `add` would call it.
  unsigned number_for(const std::vector<RevisionFile>& files) const;
  /// Durable on return; the oldest go. The number, which is the newest's when that has the same files. Throws std::runtime_error.
  unsigned add(const std::vector<RevisionFile>& files, const std::string& origin, std::int64_t time);

  /// The files of that revision are about to be written back: who takes them over will know that it is a rollback.
  void mark_rollback(unsigned number) const;
  /// Whether these are the files of the revision that was marked. Then the mark is gone.
  bool take_rollback(const std::vector<RevisionFile>& files) const;

 private:
  std::vector<unsigned> numbers() const;
  std::filesystem::path place_of(unsigned number) const;

  const std::filesystem::path folder_;
};

}  // namespace m2ag::host
