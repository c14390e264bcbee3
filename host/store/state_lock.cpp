#include "store/state_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

namespace m2ag::host {
namespace {

struct flock whole_file() {
  struct flock range {};
  range.l_type = F_WRLCK;
  range.l_whence = SEEK_SET;
  return range;
}

/// 0: it has ended meanwhile.
pid_t holder(int file) {
  struct flock range = whole_file();
  return ::fcntl(file, F_GETLK, &range) == 0 && range.l_type != F_UNLCK ? range.l_pid : 0;
}

}  // namespace

StateLock::StateLock(const std::filesystem::path& state_file)
    : file_(::open((state_file.string() + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
  if (file_ < 0) return;
  struct flock range = whole_file();
  if (::fcntl(file_, F_SETLK, &range) == 0 || (errno != EACCES && errno != EAGAIN)) return;
  const pid_t other = holder(file_);
  ::close(file_);
  throw std::runtime_error(fmt::format(
      "{}: this device database is in use by another m2ag{}: stop that one, or give each a state.file of its own",
      state_file.string(), other > 0 ? fmt::format(" (process {})", other) : ""));
}

StateLock::~StateLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace m2ag::host
