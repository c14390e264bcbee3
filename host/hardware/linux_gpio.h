// Lines of the kernel's GPIO chips, found by name or by the chip's label, with a sentence for whatever is wrong. gpio_chip.h is what
// differs between libgpiod 1.6 and 2.x. Opening is any-thread; each line belongs to one thread at a time.
#pragma once

#include <m2ag/gpio.h>

#include <memory>
#include <string>

#include "hardware/device_files.h"
#include "hardware/edge_thread.h"

namespace m2ag::host {

class LinuxGpio {
 public:
  LinuxGpio(DeviceFiles files, EdgeThread& edges) : files_(std::move(files)), edges_(edges) {}

  /// Throw DeviceError for: no such line (with near names), no permission (with the group), a line that is held (with its consumer),
  /// a bias or drive that the chip cannot do; ConfigError for a name that two lines have. `consumer` is what `gpioinfo` shows.
  std::unique_ptr<GpioOutput> output(const GpioLineConfig& line, const GpioOutputOptions& options,
                                     const std::string& consumer) const;
  /// No edges are watched when `on_edge` is empty. It is called on the edge thread.
  std::unique_ptr<GpioInput> input(const GpioLineConfig& line, const GpioInputOptions& options,
                                   const std::string& consumer, EdgeHandler on_edge, LineLostHandler on_lost) const;

 private:
  const DeviceFiles files_;
  EdgeThread& edges_;
};

}  // namespace m2ag::host
