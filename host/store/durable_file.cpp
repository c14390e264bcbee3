#include "store/durable_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace m2ag::host {

namespace fs = std::filesystem;

void throw_file_error(const fs::path& path, const char* what, int error) {
  throw std::runtime_error(fmt::format("{}: {}: {}", path.string(), what, std::generic_category().message(error)));
}

std::optional<std::string> read_whole(const fs::path& file) {
  std::error_code error;
  if (fs::is_directory(file, error)) return std::nullopt;  // it can be opened, and then throws
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

void sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

void write_durably(const fs::path& file, const std::string& text, mode_t mode) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kPrivate);
  if (descriptor < 0) throw_file_error(file, "cannot be written", errno);
  int error = ::fchmod(descriptor, mode) == 0 ? 0 : errno;
  for (std::size_t done = 0; done < text.size() && error == 0;) {
    const ssize_t wrote = ::write(descriptor, text.data() + done, text.size() - done);
    if (wrote < 0 && errno != EINTR) error = errno;
    if (wrote > 0) done += static_cast<std::size_t>(wrote);
  }
  if (error == 0 && ::fsync(descriptor) != 0) error = errno;
  ::close(descriptor);
  if (error != 0) throw_file_error(file, "cannot be written", error);
}

}  // namespace m2ag::host
