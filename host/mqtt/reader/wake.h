// A descriptor by which any thread wakes the one that waits for it with poll(2). Signals that come before it was cleared
// are one.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <system_error>

namespace m2ag::host::reader {

class Wake {
 public:
  Wake() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd for the MQTT reader");
  }
  Wake(const Wake&) = delete;
  Wake& operator=(const Wake&) = delete;
  ~Wake() { ::close(descriptor_); }

  /// Any thread. What it is about must be stored before.
  void signal() {
    if (!signalled_.exchange(true)) ::eventfd_write(descriptor_, 1);
  }
  /// By the thread that waits, before it looks at what it was about.
  void clear() {
    if (!signalled_.load()) return;
    eventfd_t ignored = 0;
    ::eventfd_read(descriptor_, &ignored);
    signalled_ = false;
  }
  int descriptor() const { return descriptor_; }

 private:
  const int descriptor_;
  std::atomic<bool> signalled_{false};
};

}  // namespace m2ag::host::reader
