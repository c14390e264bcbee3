// Every thread of this process starts here: its crashes are those of the component that started it, and a handler finds a stack to run on.
// A plugin's threads are not ours to start (std::thread, a library of the vendor), so pthread_create itself is ours: the dynamic linker
// looks in the program before it looks in libc. Sanitizers do the same and are left alone.
#include "system/thread_start.h"

#include "system/crash_handler.h"

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <dlfcn.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <new>
#include <string_view>

#include "core/current_call.h"
#include "core/owned_threads.h"
#include "system/alternate_stack.h"

namespace {

using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);

Create libc_create() noexcept {
  static const auto kCreate = reinterpret_cast<Create>(::dlsym(RTLD_NEXT, "pthread_create"));
  return kCreate;
}

struct Start {
  void* (*routine)(void*);
  void* argument;
  std::array<char, 64> owner{};  ///< a copy: the thread may outlive the component
  std::size_t owner_length = 0;
};

void* begin(void* data) {
  // On this thread's own stack, where damage of the heap does not reach.
  const Start start = *std::unique_ptr<Start>(static_cast<Start*>(data));
  const m2ag::host::AlternateStack stack;
  const std::string_view owner(start.owner.data(), start.owner_length);
  const m2ag::host::CurrentCall call(owner.empty() ? m2ag::host::CallTag{} : m2ag::host::CallTag{"thread", owner});
  const m2ag::host::OwnedThread owned(owner);
  return start.routine(start.argument);
}

}  // namespace

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): libc's begin with two underscores
extern "C" __attribute__((visibility("default"))) int pthread_create(pthread_t* thread,
                                                                     const pthread_attr_t* attributes,
                                                                     void* (*routine)(void*), void* argument) noexcept {
  std::unique_ptr<Start> start(new (std::nothrow) Start{routine, argument});
  if (!start) return EAGAIN;
  if (const auto* call = m2ag::host::CurrentCall::get()) {
    start->owner_length = std::min(call->owner.size(), start->owner.size());
    std::copy_n(call->owner.data(), start->owner_length, start->owner.data());
  }
  const int result = libc_create()(thread, attributes, &begin, start.get());
  if (result == 0) static_cast<void>(start.release());
  return result;
}

bool m2ag::host::threads_are_ours() noexcept { return libc_create() != nullptr; }

#else

bool m2ag::host::threads_are_ours() noexcept { return false; }

#endif
