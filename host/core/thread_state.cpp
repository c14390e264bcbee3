#include "core/thread_state.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>

namespace m2ag::host {

int current_thread_id() { return gettid(); }

bool is_runnable(int thread_id) {
  const std::string path = fmt::format("/proc/self/task/{}/stat", thread_id);
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  std::array<char, 128> buffer{};
  const ssize_t length = read(fd, buffer.data(), buffer.size());
  close(fd);
  if (length <= 0) return false;
  // proc(5): "pid (name) state …"; the name may hold anything, so the last parenthesis counts.
  const std::string_view text(buffer.data(), static_cast<std::size_t>(length));
  const std::size_t name_end = text.rfind(')');
  return name_end != std::string_view::npos && name_end + 2 < text.size() && text[name_end + 2] == 'R';
}

}  // namespace m2ag::host
