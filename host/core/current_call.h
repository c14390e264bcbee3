// Whose code the calling thread is in. Kept in the thread itself, so that a signal handler finds out who crashed without touching anything
// that may be damaged. It does not decide anything. Each thread sees its own.
#pragma once

#include <string_view>

namespace m2ag::host {

/// Whose call it is. Both texts must live as long as the call does: literals, or text of an object that the task keeps alive.
struct CallTag {
  std::string_view label;  ///< what is called: "state/set", "sample", "start"
  std::string_view owner =
      {};  ///< which component; compared by where it lies, so that an instance and its successor of one id differ
};

/// The calling thread is in this call for as long as the object lives; then in the one before.
class CurrentCall {
 public:
  explicit CurrentCall(CallTag tag) noexcept;
  ~CurrentCall();
  CurrentCall(const CurrentCall&) = delete;
  CurrentCall& operator=(const CurrentCall&) = delete;

  /// nullptr outside of calls. Safe in a signal handler.
  static const CallTag* get() noexcept;
  /// Its label, cut to 48 bytes, where an overrun of the heap does not reach. Valid until the next call. Safe in a signal handler.
  static std::string_view copied_label() noexcept;

 private:
  const CallTag outer_;
};

}  // namespace m2ag::host
