// The hardware that components ask for, by name: a bus or line of the descriptor's `simulated` section when it is defined there, else
// the machine's own. Any thread; what it gives out belongs to one thread at a time and must be gone before the Hardware is.
#pragma once

#include <m2ag/gpio.h>
#include <m2ag/i2c.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hardware/device_files.h"
#include "hardware/edge_thread.h"
#include "hardware/gpio_chips.h"
#include "hardware/i2c_locks.h"
#include "hardware/i2c_scan.h"
#include "hardware/linux_gpio.h"
#include "hardware/simulated_gpio.h"
#include "hardware/simulated_i2c.h"

namespace m2ag::host {

class Hardware {
 public:
  explicit Hardware(DeviceFiles files = {})
      : files_(std::move(files)), linux_gpio_(files_, edges_), simulated_gpio_(edges_) {}

  /// What the `simulated` section defines; may change while running.
  SimulatedI2c& simulated_i2c() { return simulated_i2c_; }
  SimulatedGpio& simulated_gpio() { return simulated_gpio_; }

  /// Each may block, and throws as linux_i2c.h, linux_gpio.h and device_files.h say.
  std::unique_ptr<I2cDevice> i2c(const I2cConfig& config);
  /// `consumer` ("greenhouse/pump") is what `gpioinfo` and the message of a busy line show.
  std::unique_ptr<GpioOutput> gpio_output(const GpioLineConfig& line, const GpioOutputOptions& options,
                                          const std::string& consumer);
  /// Both handlers are called on the edge thread with its lock held: hand on and return. Without `on_edge` nothing is watched.
  std::unique_ptr<GpioInput> gpio_input(const GpioLineConfig& line, const GpioInputOptions& options,
                                        const std::string& consumer, EdgeHandler on_edge, LineLostHandler on_lost = {});
  /// Throws ConfigError when the line is not simulated.
  std::unique_ptr<SimulatedGpioLine> simulated_line(const GpioLineConfig& line) {
    return simulated_gpio_.outside(line);
  }

  /// What the machine itself has, without what is simulated; between the transfers of the components, which go on. Without a `bus` all
  /// of them. Blocks as long as a bus does. Throws as scan_i2c_bus.
  std::vector<I2cBusScan> scan_i2c(const std::optional<std::string>& bus = {});
  GpioChips gpio_chips() const { return open_gpio_chips(files_); }

  std::string sysfs_read(const std::string& path) const { return host::sysfs_read(files_, path); }
  void sysfs_write(const std::string& path, std::string_view text) const { host::sysfs_write(files_, path, text); }
  std::optional<std::vector<std::string>> sysfs_list(const std::string& path) const {
    return host::sysfs_list(files_, path);
  }
  std::string sysfs_real_path(const std::string& path) const { return host::sysfs_real_path(files_, path); }

 private:
  const DeviceFiles files_;
  I2cLocks i2c_locks_;
  EdgeThread edges_;
  LinuxGpio linux_gpio_;
  SimulatedGpio simulated_gpio_;
  SimulatedI2c simulated_i2c_;
};

}  // namespace m2ag::host
