#include "hardware/supply.h"

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

namespace m2ag::host {
namespace {

namespace fs = std::filesystem;

/// The kernel's driver raspberrypi-hwmon, which asks the firmware every two seconds.
fs::path voltage_alarm(const DeviceFiles& files) {
  std::error_code error;
  for (fs::directory_iterator entry(files.sys / "class/hwmon", error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code none;
    const fs::path alarm = entry->path() / "in0_lcrit_alarm";
    if (first_line(entry->path() / "name") == "rpi_volt" && fs::exists(alarm, none)) return alarm;
  }
  return {};
}

/// "soc:firmware" and, on a Raspberry Pi 5, "soc@107c000000:firmware".
fs::path firmware(const DeviceFiles& files) {
  std::error_code error;
  for (fs::directory_iterator entry(files.sys / "bus/platform/devices", error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code none;
    const fs::path throttled = entry->path() / "get_throttled";
    if (entry->path().filename().string().ends_with("firmware") && fs::exists(throttled, none)) return throttled;
  }
  return {};
}

std::optional<std::uint32_t> number(std::string_view text, int base) {
  if (base == 16 && text.starts_with("0x")) text.remove_prefix(2);
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Supply::Supply(const DeviceFiles& files) : alarm_(voltage_alarm(files)), throttled_(firmware(files)) {}

std::optional<bool> Supply::undervoltage() const {
  // The driver's answer comes from memory; each question to the firmware waits for it.
  if (!alarm_.empty()) {
    if (const auto alarm = number(first_line(alarm_), 10)) return *alarm != 0;
  }
  if (!throttled_.empty()) {
    if (const auto bits = number(first_line(throttled_), 16)) return (*bits & 1) != 0;
  }
  return std::nullopt;
}

}  // namespace m2ag::host
