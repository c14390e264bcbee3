#include "hardware/device_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <m2ag/error.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>

#include "hardware/file_descriptor.h"

namespace m2ag::host {

namespace {

std::string group_name(gid_t id) {
  group entry{};
  group* found = nullptr;
  std::array<char, 4096> buffer{};
  if (::getgrgid_r(id, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
    return std::to_string(id);
  return found->gr_name;
}

std::string reason(int error) { return std::generic_category().message(error); }

// Attributes of /sys are reached through links that all end below /sys again: the end of the way counts. Nothing when there is no file.
std::optional<std::filesystem::path> find_below_sys(const DeviceFiles& files, const std::string& path) {
  const std::filesystem::path asked(path);
  const auto inside = [](const std::filesystem::path& root, const std::filesystem::path& file) {
    const auto relative = file.lexically_relative(root);
    return !relative.empty() && *relative.begin() != ".." && *relative.begin() != ".";
  };
  if (!asked.is_absolute() || !inside(files.sys, asked.lexically_normal())) {
    throw ConfigError(fmt::format("{}: expected a path below {}", path, files.sys.string()));
  }
  std::error_code error;
  auto real = std::filesystem::canonical(asked, error);
  if (error == std::errc::no_such_file_or_directory) return std::nullopt;
  if (error) throw DeviceError(fmt::format("{}: {}", path, error.message()));
  if (!inside(std::filesystem::canonical(files.sys), real)) {
    throw ConfigError(fmt::format("{}: leads out of {}, to {}", path, files.sys.string(), real.string()));
  }
  return real;
}

std::filesystem::path below_sys(const DeviceFiles& files, const std::string& path) {
  if (auto real = find_below_sys(files, path)) return *std::move(real);
  throw DeviceError(fmt::format("{}: {}", path, reason(ENOENT)));
}

}  // namespace

std::string permission_sentence(const std::filesystem::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return fmt::format("no permission for {}", file.string());
  const std::string group = group_name(status.st_gid);
  if ((status.st_mode & (S_IRGRP | S_IWGRP)) != (S_IRGRP | S_IWGRP) || status.st_gid == 0) {
    return fmt::format(
        "no permission for {}: it belongs to group {}, mode {:03o}; a udev rule must give it to a group for hardware",
        file.string(), group, status.st_mode & 0777U);
  }
  return fmt::format(
      "no permission for {}: it belongs to group {}; add the user that runs m2ag to it: usermod -aG {} USER",
      file.string(), group, group);
}

std::string first_line(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

std::string sysfs_read(const DeviceFiles& files, const std::string& path) {
  const auto real = below_sys(files, path);
  const FileDescriptor file(::open(real.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) throw DeviceError(fmt::format("{}: {}", path, reason(errno)));
  std::array<char, 4096> page{};  // an attribute is at most a page (Documentation/filesystems/sysfs.rst)
  const ssize_t length = ::read(file.get(), page.data(), page.size());
  if (length < 0) throw DeviceError(fmt::format("{}: {}", path, reason(errno)));
  std::string text(page.data(), static_cast<std::size_t>(length));
  if (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

void sysfs_write(const DeviceFiles& files, const std::string& path, std::string_view text) {
  const auto real = below_sys(files, path);
  const FileDescriptor file(::open(real.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) throw DeviceError(fmt::format("{}: {}", path, reason(errno)));
  const ssize_t length = ::write(file.get(), text.data(), text.size());
  if (length != static_cast<ssize_t>(text.size())) {
    throw DeviceError(
        fmt::format("{}: writing \"{}\": {}", path, text, length < 0 ? reason(errno) : "only a part was taken"));
  }
}

std::optional<std::vector<std::string>> sysfs_list(const DeviceFiles& files, const std::string& path) {
  const auto real = find_below_sys(files, path);
  if (!real) return std::nullopt;
  std::error_code error;
  std::vector<std::string> names;
  for (std::filesystem::directory_iterator entry(*real, error), end; !error && entry != end; entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  if (error == std::errc::no_such_file_or_directory) return std::nullopt;  // it went away meanwhile
  if (error) throw DeviceError(fmt::format("{}: {}", path, error.message()));
  std::sort(names.begin(), names.end());
  return names;
}

std::string sysfs_real_path(const DeviceFiles& files, const std::string& path) {
  return below_sys(files, path).string();
}

}  // namespace m2ag::host
