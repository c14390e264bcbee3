// A second stack for the signal handlers of the calling thread: when the first is used up, a handler has no other place to run.
// Made and destroyed by the thread it is for. Without memory for it the thread goes on without one.
#pragma once

#include <cstddef>

namespace m2ag::host {

class AlternateStack {
 public:
  AlternateStack() noexcept;
  ~AlternateStack();
  AlternateStack(const AlternateStack&) = delete;
  AlternateStack& operator=(const AlternateStack&) = delete;

 private:
  std::size_t size_ = 0;
  void* memory_ = nullptr;
};

}  // namespace m2ag::host
