#include "hardware/linux_i2c.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <m2ag/error.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <system_error>
#include <utility>

#include "hardware/file_descriptor.h"

namespace m2ag::host {

namespace {

namespace fs = std::filesystem;

// Kernel: Documentation/i2c/fault-codes.rst. What drivers give when nobody acknowledges: ENXIO by the rules, EREMOTEIO from bcm2835,
// ENODEV from i2c-stub.
bool nobody_answered(int error) { return error == ENXIO || error == EREMOTEIO || error == ENODEV; }

class LinuxI2cDevice final : public I2cDevice {
 public:
  LinuxI2cDevice(FileDescriptor file, I2cConfig config) : file_(std::move(file)), config_(std::move(config)) {}

  std::uint8_t read_byte(std::uint8_t reg) override {
    i2c_smbus_data data{};
    transfer(I2C_SMBUS_READ, reg, I2C_SMBUS_BYTE_DATA, data, 1);
    return data.byte;
  }

  void write_byte(std::uint8_t reg, std::uint8_t value) override {
    i2c_smbus_data data{};
    data.byte = value;
    transfer(I2C_SMBUS_WRITE, reg, I2C_SMBUS_BYTE_DATA, data, 1);
  }

  void read_block(std::uint8_t reg, std::span<std::uint8_t> out) override {
    while (!out.empty()) {
      const std::size_t length = std::min<std::size_t>(out.size(), I2C_SMBUS_BLOCK_MAX);
      i2c_smbus_data data{};
      data.block[0] = static_cast<std::uint8_t>(length);
      transfer(I2C_SMBUS_READ, reg, I2C_SMBUS_I2C_BLOCK_DATA, data, length);
      if (data.block[0] != length) {
        throw DeviceError(
            fmt::format("{}: register 0x{:02x}: {} bytes came instead of {}", where(), reg, data.block[0], length));
      }
      std::copy_n(&data.block[1], length, out.begin());
      out = out.subspan(length);
      reg = static_cast<std::uint8_t>(reg + length);
    }
  }

  void write_block(std::uint8_t reg, std::span<const std::uint8_t> bytes) override {
    if (bytes.size() > I2C_SMBUS_BLOCK_MAX) {
      throw DeviceError(
          fmt::format("{}: a block of {} bytes, at most {} fit", where(), bytes.size(), I2C_SMBUS_BLOCK_MAX));
    }
    i2c_smbus_data data{};
    data.block[0] = static_cast<std::uint8_t>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), &data.block[1]);
    transfer(I2C_SMBUS_WRITE, reg, I2C_SMBUS_I2C_BLOCK_DATA, data, bytes.size());
  }

  std::string where() const override { return fmt::format("0x{:02x} on {}", config_.address, config_.bus); }

 private:
  void transfer(std::uint8_t direction, std::uint8_t reg, std::uint32_t size, i2c_smbus_data& data,
                std::size_t length) {
    i2c_smbus_ioctl_data call{.read_write = direction, .command = reg, .size = size, .data = &data};
    if (::ioctl(file_.get(), I2C_SMBUS, &call) >= 0) return;
    const int error = errno;
    if (nobody_answered(error)) throw DeviceError(fmt::format("no device answered at {}", where()));
    if (error == EOPNOTSUPP) {
      throw DeviceError(
          fmt::format("{}: the bus's driver knows no {} transfers", where(), length == 1 ? "byte" : "block"));
    }
    throw DeviceError(fmt::format(
        "{} {} bytes {} register 0x{:02x} of {}: {}", direction == I2C_SMBUS_READ ? "reading" : "writing", length,
        direction == I2C_SMBUS_READ ? "from" : "to", reg, where(), std::generic_category().message(error)));
  }

  FileDescriptor file_;
  const I2cConfig config_;
};

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

// Device "1-0076" of the kernel: bus 1, address 0x76.
std::string held_by_driver(const I2cConfig& config, const fs::path& node, const DeviceFiles& files) {
  std::error_code error;
  const auto real = fs::canonical(node, error);  // the name may be a link that a udev rule made
  const int number = bus_number(error ? config.bus : real.filename().string());
  const std::string device = fmt::format("{}-{:04x}", number, config.address);
  const auto driver = fs::read_symlink(files.sys / "bus/i2c/devices" / device / "driver", error);
  const std::string name = error ? "?" : driver.filename().string();
  return fmt::format(
      "0x{:02x} on {} is bound to the kernel driver {}; release it with: echo {} > /sys/bus/i2c/drivers/{}/unbind",
      config.address, config.bus, name, device, name);
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

std::unique_ptr<I2cDevice> open_linux_i2c(const I2cConfig& config, const DeviceFiles& files) {
  if (config.bus.empty() || config.bus.find('/') != std::string::npos || config.bus.front() == '.') {
    throw ConfigError(fmt::format("bus \"{}\": expected a name of {}, such as i2c-1", config.bus, files.dev.string()));
  }
  const fs::path node = files.dev / config.bus;
  FileDescriptor file(::open(node.c_str(), O_RDWR | O_CLOEXEC));
  if (!file) {
    if (errno == EACCES || errno == EPERM) throw DeviceError(permission_sentence(node));
    if (errno == ENOENT) throw DeviceError(no_such_bus(config.bus, files));
    throw DeviceError(fmt::format("{}: {}", node.string(), std::generic_category().message(errno)));
  }
  if (::ioctl(file.get(), I2C_SLAVE, static_cast<unsigned long>(config.address)) < 0) {
    if (errno == EBUSY) throw DeviceError(held_by_driver(config, node, files));
    if (errno == ENOTTY) throw ConfigError(fmt::format("{} is no I²C bus", node.string()));
    throw DeviceError(
        fmt::format("address 0x{:02x} on {}: {}", config.address, config.bus, std::generic_category().message(errno)));
  }
  return std::make_unique<LinuxI2cDevice>(std::move(file), config);
}

}  // namespace m2ag::host
