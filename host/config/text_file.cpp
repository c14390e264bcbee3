#include "config/text_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace m2ag::host {
namespace {

class FileHandle {
 public:
  explicit FileHandle(int number) : number_(number) {}
  ~FileHandle() {
    if (number_ >= 0) close(number_);
  }
  FileHandle(const FileHandle&) = delete;
  FileHandle& operator=(const FileHandle&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

std::string cannot_read() { return "cannot be read: " + std::generic_category().message(errno); }

}  // namespace

TextFile read_text_file(const std::filesystem::path& path, std::size_t limit) {
  TextFile file;
  // O_NONBLOCK: opening a pipe without a writer would wait for ever.
  const FileHandle descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (descriptor.number() < 0 || fstat(descriptor.number(), &status) != 0) {
    file.missing = errno == ENOENT || errno == ENOTDIR;
    file.error = file.missing ? "there is no such file" : cannot_read();
    return file;
  }
  file.mode = status.st_mode;
  if (!S_ISREG(status.st_mode)) {
    file.error = "is not a regular file";
    return file;
  }
  std::array<char, 16384> buffer{};
  while (file.text.size() <= limit) {
    const ssize_t got = read(descriptor.number(), buffer.data(), std::min(buffer.size(), limit + 1 - file.text.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) file.error = cannot_read();
    if (got <= 0) break;
    file.text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return file;
}

}  // namespace m2ag::host
