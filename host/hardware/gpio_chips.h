// All GPIO chips of the machine and their lines, as `gpioinfo` shows them. Holds no line. Opening is any-thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hardware/device_files.h"
#include "hardware/gpio_chip.h"

namespace m2ag::host {

struct GpioChips {
  std::vector<std::shared_ptr<GpioChip>> chips;  ///< those that may be opened, by number
  std::string refused;                           ///< a sentence about the first that may not

  /// Those of all chips that can be asked, by chip number and offset.
  std::vector<GpioLineInfo> lines() const;
};

GpioChips open_gpio_chips(const DeviceFiles& files);

}  // namespace m2ag::host
