#include "plugin/trust.h"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace m2ag::host {
namespace {

std::optional<std::string> problem_of(const std::filesystem::path& path, bool folder) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0)
    return fmt::format("{} cannot be read: {}", path.string(), std::strerror(errno));
  const std::string what = folder ? "its folder " + path.string() : "it";
  if (status.st_uid != 0 && status.st_uid != ::geteuid()) {
    return fmt::format("{} belongs to user {}, not to root or to user {}, who runs this: chown {} {}", what,
                       status.st_uid, ::geteuid(), ::geteuid(), path.string());
  }
  if (folder && (status.st_mode & S_ISVTX) != 0) return std::nullopt;
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return fmt::format("others than its owner may write to {}: chmod go-w {}", what, path.string());
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> trust_problem(const std::filesystem::path& file) {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(file, error);
  if (error) return fmt::format("cannot be read: {}", error.message());
  if (auto problem = problem_of(real, false)) return problem;
  return problem_of(real.parent_path(), true);
}

}  // namespace m2ag::host
