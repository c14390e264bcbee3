#include "plugin/private_copy.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

#include "plugin/library.h"

namespace m2ag::host {
namespace {

// Since Linux 6.3, and absent from Debian 12's headers: asked for where the system would otherwise forbid to run what is in memory.
constexpr unsigned kExecutable = 0x0010;

[[noreturn]] void fail(const char* what) {
  throw PluginError(fmt::format("{}: {}", what, std::generic_category().message(errno)));
}

/// Negative when the system has none for us.
int make_memory(const std::string& name) {
  const unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  int memory = ::memfd_create(name.c_str(), flags | kExecutable);
  if (memory < 0 && errno == EINVAL) memory = ::memfd_create(name.c_str(), flags);
  return memory;
}

/// FNV-1a. Not against an attacker, who may not write here: to tell a new version from the old one.
class Digest {
 public:
  void add(const char* bytes, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) hash_ = (hash_ ^ static_cast<unsigned char>(bytes[i])) * 0x100000001b3;
    size_ += size;
  }
  std::string text() const { return fmt::format("{:016x}-{}", hash_, size_); }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325;
  std::size_t size_ = 0;
};

}  // namespace

PrivateCopy::PrivateCopy(const std::filesystem::path& file)
    : file_(file), memory_(make_memory(file.filename().string())) {
  const int from = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  try {
    if (from < 0) fail("cannot be read");
    copy(from);
  } catch (...) {
    if (from >= 0) ::close(from);
    drop_memory();
    throw;
  }
  ::close(from);
}

PrivateCopy::~PrivateCopy() {
  if (!kept_) drop_memory();
}

void PrivateCopy::drop_memory() {
  if (memory_ >= 0) ::close(std::exchange(memory_, -1));
}

std::string PrivateCopy::path() const {
  return in_memory() ? fmt::format("/proc/self/fd/{}", memory_) : file_.string();
}

void PrivateCopy::copy(int from) {
  Digest digest;
  std::array<char, 65536> buffer{};
  while (true) {
    const ssize_t got = ::read(from, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("cannot be read");
    if (got == 0) break;
    const auto size = static_cast<std::size_t>(got);
    digest.add(buffer.data(), size);
    for (std::size_t done = 0; done < size && in_memory();) {
      const ssize_t wrote = ::write(memory_, buffer.data() + done, size - done);
      if (wrote < 0 && errno != EINTR) drop_memory();
      if (wrote > 0) done += static_cast<std::size_t>(wrote);
    }
  }
  if (in_memory()) ::fcntl(memory_, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
  digest_ = digest.text();
}

}  // namespace m2ag::host
