// Where the kernel shows its devices, and sentences about files there that cannot be opened. Any thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace m2ag::host {

/// Tests put folders of their own here.
struct DeviceFiles {
  std::filesystem::path dev = "/dev";
  std::filesystem::path sys = "/sys";
};

/// What `errno` 13 at this device file means and what helps: "no permission for /dev/i2c-1: it belongs to group i2c; …".
std::string permission_sentence(const std::filesystem::path& file);

/// The first line of a small file, without its end; empty when there is none.
std::string first_line(const std::filesystem::path& file);

/// A file's text below /sys without the newline at its end, and the way back. Throw ConfigError for a path that leads out of /sys, and
/// DeviceError with the reason.
std::string sysfs_read(const DeviceFiles& files, const std::string& path);
void sysfs_write(const DeviceFiles& files, const std::string& path, std::string_view text);
/// The sorted names in a folder below /sys; nothing when there is none. Throws as sysfs_read.
std::optional<std::vector<std::string>> sysfs_list(const DeviceFiles& files, const std::string& path);
/// Where the path leads when all links are followed. Throws as sysfs_read.
std::string sysfs_real_path(const DeviceFiles& files, const std::string& path);

}  // namespace m2ag::host
