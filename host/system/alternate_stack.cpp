#include "system/alternate_stack.h"

#include <sys/auxv.h>
#include <sys/mman.h>

#include <csignal>

#include "system/crash_handler.h"

namespace m2ag::host {
namespace {

constexpr std::size_t kHandlerNeeds = 16UL * 1024;

/// The kernel puts the registers there first, and with AVX-512 or SVE these are many (sigaltstack(2), getauxval(3)).
std::size_t stack_size() noexcept { return kHandlerNeeds + ::getauxval(AT_MINSIGSTKSZ); }

}  // namespace

AlternateStack::AlternateStack() noexcept {
  if (!kCrashesAreOurs) return;
  size_ = stack_size();
  void* const memory = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return;
  stack_t stack{};
  stack.ss_sp = memory;
  stack.ss_size = size_;
  if (::sigaltstack(&stack, nullptr) == 0) {
    memory_ = memory;
  } else {
    ::munmap(memory, size_);
  }
}

AlternateStack::~AlternateStack() {
  if (memory_ == nullptr) return;
  stack_t none{};
  none.ss_flags = SS_DISABLE;
  ::sigaltstack(&none, nullptr);
  ::munmap(memory_, size_);
}

}  // namespace m2ag::host
