// Which threads of this process a component has started and not ended. Known for the whole process, as threads are, and without memory of
// its own: a thread that is left behind may run until after the end of main. Any thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace m2ag::host {

/// The calling thread belongs to `owner`, a component's id, for as long as the object lives. `owner` must live as long; may be empty: nobody's.
class OwnedThread {
 public:
  explicit OwnedThread(std::string_view owner) noexcept;
  ~OwnedThread();
  OwnedThread(const OwnedThread&) = delete;
  OwnedThread& operator=(const OwnedThread&) = delete;

  /// How many there are now.
  static std::size_t count(std::string_view owner) noexcept;

 private:
  const std::string_view owner_;
  OwnedThread* next_ = nullptr;
  OwnedThread* previous_ = nullptr;
};

}  // namespace m2ag::host
