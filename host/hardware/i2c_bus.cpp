#include "hardware/i2c_bus.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <m2ag/error.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <string_view>
#include <system_error>

namespace m2ag::host {

namespace {

namespace fs = std::filesystem;

int bus_number(std::string_view name) {
  int number = -1;
  if (name.starts_with("i2c-")) std::from_chars(name.data() + 4, name.data() + name.size(), number);
  return number;
}

std::string no_such_bus(const std::string& name, const DeviceFiles& files) {
  const auto buses = list_i2c_buses(files);
  if (buses.empty()) {
    return fmt::format("no I²C bus {}: this machine has none (on a Raspberry Pi: dtparam=i2c_arm=on in config.txt)",
                       name);
  }
  std::string here;
  for (const I2cBus& bus : buses) {
    if (bus.name == name) {
      return fmt::format("bus {} ({}) has no file {}: load the kernel module i2c-dev", name, bus.adapter,
                         (files.dev / name).string());
    }
    here += fmt::format("{}{} ({})", here.empty() ? "" : ", ", bus.name, bus.adapter);
  }
  return fmt::format("no I²C bus {}; here are: {}", name, here);
}

// A driver that offers its values by hwmon or iio has a folder for it: "hwmon/hwmon3", "iio:device0".
std::string reading_type(const fs::path& device) {
  std::error_code error;
  if (fs::exists(device / "hwmon", error)) return "hwmon";
  for (fs::directory_iterator entry(device, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().filename().string().starts_with("iio:device")) return "iio";
  }
  return {};
}

}  // namespace

std::vector<I2cBus> list_i2c_buses(const DeviceFiles& files) {
  std::vector<I2cBus> buses;
  std::error_code error;
  for (fs::directory_iterator entry(files.sys / "bus/i2c/devices", error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename();
    if (bus_number(name) >= 0) buses.push_back({name, first_line(entry->path() / "name")});
  }
  std::sort(buses.begin(), buses.end(),
            [](const I2cBus& a, const I2cBus& b) { return bus_number(a.name) < bus_number(b.name); });
  return buses;
}

FileDescriptor open_i2c_bus(const std::string& name, const DeviceFiles& files) {
  if (name.empty() || name.find('/') != std::string::npos || name.front() == '.') {
    throw ConfigError(fmt::format("bus \"{}\": expected a name of {}, such as i2c-1", name, files.dev.string()));
  }
  const fs::path node = files.dev / name;
  FileDescriptor file(::open(node.c_str(), O_RDWR | O_CLOEXEC));
  if (file) return file;
  if (errno == EACCES || errno == EPERM) throw DeviceError(permission_sentence(node));
  if (errno == ENOENT) throw DeviceError(no_such_bus(name, files));
  throw DeviceError(fmt::format("{}: {}", node.string(), std::generic_category().message(errno)));
}

KernelI2cDevice kernel_i2c_device(const std::string& bus, std::uint8_t address, const DeviceFiles& files) {
  std::error_code error;
  const auto real = fs::canonical(files.dev / bus, error);  // the name may be a link that a udev rule made
  KernelI2cDevice device;
  device.id = fmt::format("{}-{:04x}", bus_number(error ? bus : real.filename().string()), address);
  const fs::path folder = files.sys / "bus/i2c/devices" / device.id;
  const auto driver = fs::read_symlink(folder / "driver", error);
  device.driver = error ? "?" : driver.filename().string();
  device.type = reading_type(folder);
  return device;
}

// Kernel: Documentation/i2c/fault-codes.rst. What drivers give: ENXIO by the rules, EREMOTEIO from bcm2835, ENODEV from i2c-stub.
bool nobody_answered(int error) { return error == ENXIO || error == EREMOTEIO || error == ENODEV; }

}  // namespace m2ag::host
