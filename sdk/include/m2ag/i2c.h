// A chip on an I²C bus, as SMBus byte and I²C-block calls: the path that runs the same on a Raspberry Pi, on a bus with SMBus only
// and on a simulated chip. Use one object from one thread at a time (the component's lane).
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace m2ag {

/// Which chip: the descriptor's `bus` and `address`.
struct I2cConfig {
  std::string bus = "i2c-1";  ///< a name of /dev, or one that the descriptor's `simulated` section defines
  std::uint8_t address = 0;   ///< 7 bit, 0x08 to 0x77
};

/// Every call throws DeviceError with a sentence ("no device answered at 0x76 on i2c-1"); nothing is retried inside.
class I2cDevice {
 public:
  virtual ~I2cDevice() = default;
  /// [lane] One register.
  virtual std::uint8_t read_byte(std::uint8_t reg) = 0;
  /// [lane]
  virtual void write_byte(std::uint8_t reg, std::uint8_t value) = 0;
  /// [lane] Consecutive registers from `reg` on; any length (the host splits at SMBus' 32 bytes).
  virtual void read_block(std::uint8_t reg, std::span<std::uint8_t> out) = 0;
  /// [lane] At most 32 bytes.
  virtual void write_block(std::uint8_t reg, std::span<const std::uint8_t> bytes) = 0;
  /// [lane] "0x76 on i2c-1", for messages.
  virtual std::string where() const = 0;
};

/// A register-level model of a chip, shipped by the plugin beside its driver, so that everything can be tried with no hardware.
/// Called by one thread at a time. May throw DeviceError to behave like a chip that does not answer.
class SimulatedI2cChip {
 public:
  virtual ~SimulatedI2cChip() = default;
  virtual std::uint8_t read(std::uint8_t reg) = 0;
  virtual void write(std::uint8_t reg, std::uint8_t value) = 0;
};

}  // namespace m2ag
