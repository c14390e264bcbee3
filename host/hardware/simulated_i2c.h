// Buses of the descriptor's `simulated` section: chips from plugins behind the same I2cDevice that a real bus gives.
// Any thread; a bus serves one call at a time, as a wire does.
#pragma once

#include <m2ag/i2c.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace m2ag::host {

class SimulatedI2c {
 public:
  /// A bus, with no chips yet. A bus that is there stays as it is.
  void add_bus(const std::string& bus);
  /// Puts a chip on a bus, which comes to be if it is not there; one at the same address is replaced. The chip keeps its plugin loaded.
  void add_chip(const std::string& bus, std::uint8_t address, std::shared_ptr<SimulatedI2cChip> chip);
  /// The chip is pulled out: who talks to it hears that nothing answers.
  void remove_chip(const std::string& bus, std::uint8_t address);
  void remove_bus(const std::string& bus);
  /// Takes every bus and chip away: devices opened before answer no more.
  void clear();
  bool has_bus(const std::string& bus) const;

  /// Throws DeviceError when the bus is not simulated. A chip that is missing shows with the first call, as on a real bus.
  std::unique_ptr<I2cDevice> open(const I2cConfig& config) const;

 private:
  struct Bus {
    std::mutex mutex;
    std::map<std::uint8_t, std::shared_ptr<SimulatedI2cChip>> chips;
  };
  class Device;

  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Bus>> buses_;
};

}  // namespace m2ag::host
