// Who is on the I²C buses. Asks as i2cdetect does, which leaves chips as they are, and reads a register only where i2c_chips.cpp has one.
// Takes a second a bus at most, unless the bus hangs. Any thread.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "hardware/i2c_bus.h"
#include "hardware/i2c_chips.h"
#include "hardware/i2c_locks.h"
#include "hardware/i2c_probe.h"

namespace m2ag::host {

/// An address where somebody is.
struct I2cFinding {
  std::uint8_t address = 0;
  std::string driver = {};                  ///< the kernel driver that has it: it was not asked; empty: none has
  std::string type = {};                    ///< the component type for it, when that is certain
  const I2cChip* chip = nullptr;            ///< the chip that its id register names; null: unknown
  std::vector<const I2cChip*> likely = {};  ///< when it is unknown: those that can be at this address
};

struct I2cBusScan {
  I2cBus bus;
  std::vector<I2cFinding> found = {};  ///< by address
  std::string problem = {};            ///< a sentence on why that is not all; empty: it is
};

/// Addresses 0x08 to 0x77 of one bus; `turn` is held while one of them is asked.
I2cBusScan scan_i2c_bus(const I2cBus& bus, I2cProbe& probe, const DeviceFiles& files, std::mutex& turn);

/// Throws as open_i2c_probe.
I2cBusScan scan_i2c_bus(const std::string& name, const DeviceFiles& files, I2cLocks& locks);

/// Every bus of the machine. A bus that cannot be opened has the reason as its `problem`.
std::vector<I2cBusScan> scan_i2c(const DeviceFiles& files, I2cLocks& locks);

}  // namespace m2ag::host
