// A change that is taken back unless it is confirmed in time, as it is kept beside the revisions: who starts the device again, after a kill or a
// power cut, takes it back or goes on waiting. Plain data and functions without state; one thread writes at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "store/texts.h"

namespace m2ag::host {

/// A time by all clocks that a restart may leave.
struct Moment {
  std::string boot;                         ///< of which start of the machine the next one is
  std::chrono::milliseconds since_boot{0};  ///< monotonic
  std::chrono::milliseconds date{0};        ///< since 1970, as the machine has it
  std::optional<bool> synchronised = {};    ///< whether the kernel says that the date is right
};

struct UnconfirmedChange {
  unsigned number = 0;  ///< of the revision
  std::string origin;
  Moment begun;
  std::chrono::milliseconds patience{0};
  std::vector<RevisionFile> before;  ///< to be put back
  std::vector<RevisionFile> after;   ///< all files of the descriptor with the change

  /// What is left of `patience`; nothing when it is over, or nobody can know: after a start of the machine the date alone counts, and it may
  /// be wrong.
  std::optional<std::chrono::milliseconds> rest(const Moment& now) const;
};

/// `revisions` is the folder. Durable on return; takes the place of an earlier one. Throws std::runtime_error.
void keep_unconfirmed(const std::filesystem::path& revisions, const UnconfirmedChange& change);
std::optional<UnconfirmedChange> find_unconfirmed(const std::filesystem::path& revisions);
/// Durable on return.
void drop_unconfirmed(const std::filesystem::path& revisions);

}  // namespace m2ag::host
