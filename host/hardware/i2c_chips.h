// Which chips live at which I²C address, by their datasheets: the common ones that makers sell on boards. An address is no proof, an id
// register is. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace m2ag::host {

/// The register that a chip says its name by.
struct I2cId {
  std::uint8_t reg;
  std::uint8_t value;
};

struct I2cChip {
  struct Addresses {
    std::uint8_t first = 0, last = 0;
  };
  std::string_view name;  ///< "BME280"
  std::string_view what;  ///< "temperature, humidity, pressure"
  std::array<Addresses, 2> addresses;
  std::optional<I2cId> id = {};
  std::string_view type = {};  ///< the component type that drives it; empty: none of ours

  bool may_be_at(std::uint8_t address) const;
};

/// All of the table.
std::span<const I2cChip> i2c_chips();

/// Those that can be at an address, the most common first.
std::vector<const I2cChip*> i2c_chips_at(std::uint8_t address);

}  // namespace m2ag::host
