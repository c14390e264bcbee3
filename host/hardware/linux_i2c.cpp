#include "hardware/linux_i2c.h"

#include <fmt/format.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <m2ag/error.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "hardware/i2c_bus.h"

namespace m2ag::host {

namespace {

class LinuxI2cDevice final : public I2cDevice {
 public:
  LinuxI2cDevice(FileDescriptor file, I2cConfig config, std::shared_ptr<std::mutex> bus)
      : file_(std::move(file)), config_(std::move(config)), bus_(std::move(bus)) {}

  std::uint8_t read_byte(std::uint8_t reg) override {
    const std::lock_guard lock(*bus_);
    i2c_smbus_data data{};
    transfer(I2C_SMBUS_READ, reg, I2C_SMBUS_BYTE_DATA, data, 1);
    return data.byte;
  }

  void write_byte(std::uint8_t reg, std::uint8_t value) override {
    const std::lock_guard lock(*bus_);
    i2c_smbus_data data{};
    data.byte = value;
    transfer(I2C_SMBUS_WRITE, reg, I2C_SMBUS_BYTE_DATA, data, 1);
  }

  void read_block(std::uint8_t reg, std::span<std::uint8_t> out) override {
    const std::lock_guard lock(*bus_);
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
    const std::lock_guard lock(*bus_);
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
  const std::shared_ptr<std::mutex> bus_;
};

std::string held_by_driver(const I2cConfig& config, const DeviceFiles& files) {
  const KernelI2cDevice device = kernel_i2c_device(config.bus, config.address, files);
  return fmt::format(
      "0x{:02x} on {} is bound to the kernel driver {}; release it with: echo {} > /sys/bus/i2c/drivers/{}/unbind",
      config.address, config.bus, device.driver, device.id, device.driver);
}

}  // namespace

std::unique_ptr<I2cDevice> open_linux_i2c(const I2cConfig& config, const DeviceFiles& files, I2cLocks& locks) {
  FileDescriptor file = open_i2c_bus(config.bus, files);
  if (::ioctl(file.get(), I2C_SLAVE, static_cast<unsigned long>(config.address)) < 0) {
    if (errno == EBUSY) throw DeviceError(held_by_driver(config, files));
    if (errno == ENOTTY) throw ConfigError(fmt::format("{} is no I²C bus", (files.dev / config.bus).string()));
    throw DeviceError(
        fmt::format("address 0x{:02x} on {}: {}", config.address, config.bus, std::generic_category().message(errno)));
  }
  return std::make_unique<LinuxI2cDevice>(std::move(file), config, locks.of(files.dev / config.bus));
}

}  // namespace m2ag::host
