#include "history/writer_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

namespace m2ag::host::history {
namespace {

/// "" while the other one has not written it yet.
std::string holder(int file) {
  char text[32] = {};
  const ssize_t count = ::pread(file, text, sizeof text - 1, 0);
  return count > 0 ? fmt::format(" (process {})", text) : "";
}

}  // namespace

WriterLock::WriterLock(const std::filesystem::path& history) {
  const std::string path = history.string() + ".lock";
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file_ < 0) throw std::runtime_error(fmt::format("{}: cannot lock the history: {}", path, std::strerror(errno)));
  // Of the open file (fcntl(2)), not of the process: two loggers of one device exclude each other too.
  struct flock range {};
  range.l_type = F_WRLCK;
  range.l_whence = SEEK_SET;
  if (::fcntl(file_, F_OFD_SETLK, &range) != 0) {
    const int code = errno;
    const std::string other = holder(file_);
    ::close(file_);
    if (code != EACCES && code != EAGAIN)
      throw std::runtime_error(fmt::format("{}: cannot lock the history: {}", path, std::strerror(code)));
    throw std::runtime_error(fmt::format("{}: another logger writes this history{}: stop it, or name another file",
                                         history.string(), other));
  }
  const std::string process = std::to_string(::getpid());
  // For people alone: a full disk is no reason to write no history.
  if (::ftruncate(file_, 0) != 0 || ::pwrite(file_, process.data(), process.size(), 0) < 0) return;
}

WriterLock::~WriterLock() { ::close(file_); }

}  // namespace m2ag::host::history
