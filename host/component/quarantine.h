// Counts how often each component has crashed the host, over the host's starts, and says which are not to be started any more. Kept in the
// device database. It starts and stops nothing. One thread at a time.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/log.h"
#include "store/state_store.h"

namespace m2ag::host {

class Quarantine {
 public:
  static constexpr std::size_t kCrashes = 3;
  static constexpr std::chrono::minutes kWindow{10};
  using Time = std::chrono::system_clock::time_point;

  struct Count {
    std::size_t crashes = 0;   ///< within the window, this one included
    bool quarantined = false;  ///< this one was one too many
  };

  Quarantine(StateStore& store, Log& log) : store_(store), log_(log) {}

  /// `fingerprint`: of the component as it crashed. `what` is for people: `SIGSEGV in "set"`.
  Count crashed(std::string_view id, std::string_view fingerprint, std::string_view what, Time time);

  /// Why the component is not to be started; nothing when it is. One whose fingerprint has changed gets another chance. `victim` is what it
  /// crashed.
  std::optional<std::string> reason(std::string_view id, std::string_view fingerprint,
                                    std::string_view victim = "the host");

  /// Forgets its crashes. False when it was not quarantined.
  bool release(std::string_view id);

 private:
  StateStore& store_;
  Log& log_;
};

}  // namespace m2ag::host
