// The kernel's I²C buses: which there are, opening one, and which of a bus's addresses a kernel driver has. Says nothing to a chip.
// Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hardware/device_files.h"
#include "hardware/file_descriptor.h"

namespace m2ag::host {

struct I2cBus {
  std::string name;     ///< "i2c-1"
  std::string adapter;  ///< what the driver calls it: "bcm2835 (i2c@7e804000)"
};

/// The buses that the kernel has, by number.
std::vector<I2cBus> list_i2c_buses(const DeviceFiles& files);

/// Throws ConfigError for a name that can be no bus, DeviceError for: no such bus (with those that are there), no permission (with the
/// group).
FileDescriptor open_i2c_bus(const std::string& name, const DeviceFiles& files);

/// The chip at an address as the kernel has it.
struct KernelI2cDevice {
  std::string id;      ///< "1-0076": bus 1, address 0x76
  std::string driver;  ///< "bmp280"; "?" when it cannot be told, as behind a multiplexer
  std::string type;    ///< the component type that reads it through the driver: "hwmon", "iio"; empty: none does
};
KernelI2cDevice kernel_i2c_device(const std::string& bus, std::uint8_t address, const DeviceFiles& files);

/// Nobody acknowledged. Drivers differ in how they say so.
bool nobody_answered(int error);

}  // namespace m2ag::host
