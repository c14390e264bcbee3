// Whether the board gets enough voltage. A Raspberry Pi tells; of other boards nothing is known. Any thread.
#pragma once

#include <filesystem>
#include <optional>

#include "hardware/device_files.h"

namespace m2ag::host {

class Supply {
 public:
  /// Looks for who tells.
  explicit Supply(const DeviceFiles& files = {});

  /// Nothing: the board does not tell.
  std::optional<bool> undervoltage() const;

 private:
  std::filesystem::path alarm_, throttled_;  ///< each empty when there is none
};

}  // namespace m2ag::host
