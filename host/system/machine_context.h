// Where a thread was when a signal interrupted it, from the third argument of a signal handler. Safe in one.
#pragma once

#include <ucontext.h>

#include <cstdint>

namespace m2ag::host {

struct MachineContext {
  std::uintptr_t code = 0, stack = 0;  ///< program counter and stack pointer; 0 on a machine we do not know
};

inline MachineContext machine_context(const void* context) noexcept {
  [[maybe_unused]] const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  return {static_cast<std::uintptr_t>(machine.gregs[REG_RIP]), static_cast<std::uintptr_t>(machine.gregs[REG_RSP])};
#elif defined(__aarch64__)
  return {machine.pc, machine.sp};
#elif defined(__arm__)
  return {machine.arm_pc, machine.arm_sp};
#else
  return {};
#endif
}

}  // namespace m2ag::host
