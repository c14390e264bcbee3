// What the kernel writes into files of /proc, taken apart (proc(5)). Functions on texts: no file is touched. Any thread. Each throws
// DeviceError when the text is not what the kernel writes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace proc {

/// Mean number of processes that want to run, over 1, 5 and 15 minutes: /proc/loadavg.
std::array<double, 3> load(const std::string& text);

/// Seconds since the boot: /proc/uptime.
double uptime(const std::string& text);

struct Memory {
  double used_percent;         ///< what programs could not get
  double available_mib;        ///< what they could
  std::optional<double> swap;  ///< percent in use; nothing on a machine without swap
};
/// /proc/meminfo.
Memory memory(const std::string& text);

/// Time that all processors together have spent since the boot, in ticks: the first line of /proc/stat.
struct Ticks {
  std::uint64_t busy = 0, idle = 0;
};
Ticks ticks(const std::string& text);

/// How busy the processors were between two readings, in percent; nothing when no time has passed.
std::optional<double> usage(const Ticks& before, const Ticks& after);

}  // namespace proc
