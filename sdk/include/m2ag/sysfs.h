// What plugins for the kernel's own drivers share: numbers out of attribute files, and devices found by their names, because the numbers
// in hwmon3, iio:device0 or pwmchip2 change from boot to boot. Free functions on a Context: call them on the lane.
#pragma once

#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "context.h"
#include "error.h"

namespace m2ag::sysfs {

/// The number that `text` is from its first to its last character; nothing when it is none, or not finite.
inline std::optional<double> number_in(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

/// The number in a file. Throws DeviceError when the driver reports an error (EIO, ENODATA, …) or gives something else than a number.
inline double read_number(Context& context, const std::string& path) {
  const std::string text = context.sysfs_read(path);
  if (const auto number = number_in(text)) return *number;
  throw DeviceError(path + ": expected a number, found \"" + text + "\"");
}

/// The names in a folder; none when there is no such folder.
inline std::vector<std::string> names_in(Context& context, const std::string& folder) {
  return context.sysfs_list(folder).value_or(std::vector<std::string>{});
}

inline bool has(const std::vector<std::string>& names, std::string_view name) {
  for (const std::string& each : names) {
    if (each == name) return true;
  }
  return false;
}

inline std::string path_of(std::string folder, std::string_view name) { return folder.append("/").append(name); }

/// For messages: "coretemp, nvme", or "none".
inline std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text.append(text.empty() ? "" : ", ").append(name);
  return text.empty() ? "none" : text;
}

/// Is `part` one or several whole steps of the path? "1-0048" and "i2c-1/1-0048" are in "/sys/devices/…/i2c-1/1-0048/hwmon/hwmon3".
inline bool path_has(std::string_view path, std::string_view part) {
  if (part.empty()) return false;
  const std::string steps = "/" + std::string(path) + "/";
  return steps.find("/" + std::string(part) + "/") != std::string::npos;
}

/// What is looked for in a folder such as /sys/class/hwmon.
struct Search {
  std::string entries;      ///< what its entries begin with: "/sys/class/hwmon/hwmon"
  std::string kind;         ///< for messages: "hwmon chip"
  std::string chip;         ///< what the file `name` of it must say
  std::string device = {};  ///< when not empty: a part of its real path, which tells two chips of one name apart
};

/// The folder of the one device that is meant. Throws DeviceError that lists what is there when it is not, and ConfigError when several are
/// meant.
inline std::string find_by_name(Context& context, const Search& search) {
  std::vector<std::string> names, found, places;
  const std::string parent = search.entries.substr(0, search.entries.rfind('/'));
  for (const std::string& entry : names_in(context, parent)) {
    const std::string folder = path_of(parent, entry);
    if (!folder.starts_with(search.entries) || !has(names_in(context, folder), "name")) continue;
    const std::string name = context.sysfs_read(folder + "/name");
    if (!has(names, name)) names.push_back(name);
    if (name != search.chip) continue;
    const std::string place = context.sysfs_real_path(folder);
    places.push_back(place);
    if (search.device.empty() || path_has(place, search.device)) found.push_back(folder);
  }
  if (found.size() == 1) return found.front();
  const std::string what = search.kind + " \"" + search.chip + "\"";
  if (names.empty()) throw DeviceError("no " + what + "; there are none");
  if (places.empty()) throw DeviceError("no " + what + "; there are " + joined(names));
  if (found.empty()) {
    throw DeviceError("no " + what + " is part of device \"" + search.device + "\"; those of that name are " +
                      joined(places));
  }
  throw ConfigError(std::to_string(found.size()) + " are called " + what +
                    "; say which one by `device`, a part of its path: " + joined(places));
}

}  // namespace m2ag::sysfs
