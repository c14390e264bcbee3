#include "hardware/i2c_probe.h"

#include <fmt/format.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <m2ag/error.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "hardware/i2c_bus.h"

namespace m2ag::host {

namespace {

class LinuxI2cProbe final : public I2cProbe {
 public:
  LinuxI2cProbe(FileDescriptor file, unsigned long functions) : file_(std::move(file)), functions_(functions) {}

  unsigned long functions() const override { return functions_; }

  int select(std::uint8_t address) override {
    return ::ioctl(file_.get(), I2C_SLAVE, static_cast<unsigned long>(address)) < 0 ? errno : 0;
  }
  int quick_write() override { return transfer(I2C_SMBUS_WRITE, 0, I2C_SMBUS_QUICK, nullptr); }
  int read_byte() override {
    i2c_smbus_data data{};
    return transfer(I2C_SMBUS_READ, 0, I2C_SMBUS_BYTE, &data);
  }
  int read_register(std::uint8_t reg, std::uint8_t& value) override {
    i2c_smbus_data data{};
    const int error = transfer(I2C_SMBUS_READ, reg, I2C_SMBUS_BYTE_DATA, &data);
    if (error == 0) value = data.byte;
    return error;
  }

 private:
  int transfer(std::uint8_t direction, std::uint8_t reg, std::uint32_t size, i2c_smbus_data* data) const {
    i2c_smbus_ioctl_data call{.read_write = direction, .command = reg, .size = size, .data = data};
    return ::ioctl(file_.get(), I2C_SMBUS, &call) < 0 ? errno : 0;
  }

  const FileDescriptor file_;
  const unsigned long functions_;
};

}  // namespace

std::unique_ptr<I2cProbe> open_i2c_probe(const std::string& bus, const DeviceFiles& files) {
  FileDescriptor file = open_i2c_bus(bus, files);
  unsigned long functions = 0;
  if (::ioctl(file.get(), I2C_FUNCS, &functions) < 0) {
    const std::string node = (files.dev / bus).string();
    if (errno == ENOTTY) throw ConfigError(fmt::format("{} is no I²C bus", node));
    throw DeviceError(fmt::format("{}: {}", node, std::generic_category().message(errno)));
  }
  return std::make_unique<LinuxI2cProbe>(std::move(file), functions);
}

}  // namespace m2ag::host
