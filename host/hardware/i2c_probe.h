// What a scan does on a bus: ask whether somebody is at an address, and read one register. One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "hardware/device_files.h"

namespace m2ag::host {

/// Each call gives 0 or an errno.
class I2cProbe {
 public:
  virtual ~I2cProbe() = default;
  /// What the adapter can: I2C_FUNC_… of linux/i2c.h.
  virtual unsigned long functions() const = 0;
  /// Whom the next calls mean. EBUSY: a kernel driver has that address.
  virtual int select(std::uint8_t address) = 0;
  virtual int quick_write() = 0;
  virtual int read_byte() = 0;
  virtual int read_register(std::uint8_t reg, std::uint8_t& value) = 0;
};

/// Throws as open_i2c_bus, and ConfigError for a file that is no bus.
std::unique_ptr<I2cProbe> open_i2c_probe(const std::string& bus, const DeviceFiles& files);

}  // namespace m2ag::host
