// Chips on the kernel's I²C buses, /dev/i2c-N, by SMBus byte and I²C-block calls: those work on a Raspberry Pi, on a bus that knows
// SMBus only, and on i2c-stub. Opening is any-thread; each device belongs to one thread at a time. Retries nothing.
#pragma once

#include <m2ag/i2c.h>

#include <memory>

#include "hardware/device_files.h"
#include "hardware/i2c_locks.h"

namespace m2ag::host {

/// Throws ConfigError for a name that can be no bus, DeviceError for: no such bus (with those that are there), no permission (with the
/// group), an address that a kernel driver holds (with the driver). Whether a chip answers shows with the first call,
/// each of which holds the lock of its bus.
std::unique_ptr<I2cDevice> open_linux_i2c(const I2cConfig& config, const DeviceFiles& files, I2cLocks& locks);

}  // namespace m2ag::host
