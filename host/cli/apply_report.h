// What taking over a new descriptor did to a running host. Plain data.
#pragma once

#include <m2ag/value.h>

#include <string>
#include <vector>

#include "config/changes.h"

namespace m2ag::host {

struct ApplyReport {
  Changes changes;
  std::vector<std::string> abandoned;  ///< missed the deadline of their stop and were left behind

  Value::Map to_value() const;
  /// "added lamp; changed pump, air; removed vent"
  std::string sentence() const;
};

}  // namespace m2ag::host
