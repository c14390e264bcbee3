#include "hardware/hardware.h"

#include <utility>

#include "hardware/linux_i2c.h"

namespace m2ag::host {

std::unique_ptr<I2cDevice> Hardware::i2c(const I2cConfig& config) {
  if (simulated_i2c_.has_bus(config.bus)) return simulated_i2c_.open(config);
  return open_linux_i2c(config, files_, i2c_locks_);
}

std::vector<I2cBusScan> Hardware::scan_i2c(const std::optional<std::string>& bus) {
  if (bus) return {scan_i2c_bus(*bus, files_, i2c_locks_)};
  return host::scan_i2c(files_, i2c_locks_);
}

std::unique_ptr<GpioOutput> Hardware::gpio_output(const GpioLineConfig& line, const GpioOutputOptions& options,
                                                  const std::string& consumer) {
  if (simulated_gpio_.has_line(line)) return simulated_gpio_.output(line, options, consumer);
  return linux_gpio_.output(line, options, consumer);
}

std::unique_ptr<GpioInput> Hardware::gpio_input(const GpioLineConfig& line, const GpioInputOptions& options,
                                                const std::string& consumer, EdgeHandler on_edge,
                                                LineLostHandler on_lost) {
  if (simulated_gpio_.has_line(line)) {
    return simulated_gpio_.input(line, options, consumer, std::move(on_edge), std::move(on_lost));
  }
  return linux_gpio_.input(line, options, consumer, std::move(on_edge), std::move(on_lost));
}

}  // namespace m2ag::host
