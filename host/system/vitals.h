// What the machine and this process are doing, as `health` and `info` show it. Reads /proc and asks the kernel; a value that cannot be read
// is left out, never invented. Any thread.
#pragma once

#include <m2ag/value.h>

#include <filesystem>
#include <string>

namespace m2ag::host {

/// rss (bytes), cpu (seconds used), load (1 min), memory_free and disk_free (bytes; of the file system of `state`).
Value::Map process_vitals(const std::filesystem::path& state);

/// The kernel's id of this boot; empty when it cannot be read.
std::string boot_id();

/// "ntp" when the kernel says that the clock is synchronised, else "unsynchronised".
std::string time_quality();

/// Addresses of the network interfaces that are up, without loopback and link-local ones.
Value::List network_addresses();

}  // namespace m2ag::host
