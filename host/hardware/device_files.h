// Where the kernel shows its devices, and sentences about files there that cannot be opened. Any thread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

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

}  // namespace m2ag::host
