// Lines of the kernel's GPIO chips through libgpiod 1.x (Debian 12). The one pair of files that names that library: 2.x, which has other
// calls for everything, goes beside it behind the same class. Opening is any-thread; each line belongs to one thread at a time.
// libgpiod 1.x gives neither the kernel's sequence numbers nor its debounce: both are made in the host (edge_thread.h).
#pragma once

#include <m2ag/gpio.h>

#include <memory>
#include <string>
#include <vector>

#include "hardware/device_files.h"
#include "hardware/edge_thread.h"

namespace m2ag::host {

struct GpioLineInfo {
  std::string chip;   ///< "gpiochip0"
  std::string label;  ///< "pinctrl-rp1"
  unsigned int offset;
  std::string name;      ///< empty when it has none
  std::string consumer;  ///< who holds it; empty when nobody does
  bool used = false;
};

class LinuxGpio {
 public:
  LinuxGpio(DeviceFiles files, EdgeThread& edges) : files_(std::move(files)), edges_(edges) {}

  /// Every line of every chip that may be opened, by chip number and offset.
  std::vector<GpioLineInfo> lines() const;

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
