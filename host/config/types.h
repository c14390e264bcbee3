// Where the descriptor's reader learns which component types and simulated chips there are: the plugin catalog stands behind it.
#pragma once

#include <m2ag/plugin.h>

#include <string>
#include <string_view>

namespace m2ag::host {

class Types {
 public:
  virtual ~Types() = default;
  /// Data only; nullptr when there is none. Valid as long as this object is.
  virtual const ComponentSpec* find_type(std::string_view type) const = 0;
  virtual const SimulatedChipSpec* find_chip(std::string_view chip) const = 0;
  /// `no plugin offers the type "rellay", did you mean "relay"?`
  virtual std::string unknown_type(std::string_view type) const = 0;
  virtual std::string unknown_chip(std::string_view chip) const = 0;
};

}  // namespace m2ag::host
