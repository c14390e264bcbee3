// What is still to be done when this process crashes: outputs go to their safe level, since nobody will be there to switch them. Kept where a
// signal handler finds it without a lock. As many as there are slots; who comes later is told.
#pragma once

#include <cstddef>

namespace m2ag::host {

class LastAct {
 public:
  /// Safe in a signal handler: allocates nothing, takes no lock.
  using Act = void (*)(void* object) noexcept;

  /// Registers `act` for as long as this lives. Any thread.
  LastAct(Act act, void* object) noexcept;
  ~LastAct();
  LastAct(const LastAct&) = delete;
  LastAct& operator=(const LastAct&) = delete;

  /// False: all slots are taken, and nothing will be done.
  bool registered() const noexcept { return slot_ != kNone; }

  /// Does all of them. Safe in a signal handler; a second call at the same time does nothing twice.
  static void run_all() noexcept;

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::size_t slot_ = kNone;
};

}  // namespace m2ag::host
