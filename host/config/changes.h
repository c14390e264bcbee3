// What a new descriptor changes against the one that runs, so that only that is touched. A function of plain data: any thread.
#pragma once

#include <string>
#include <vector>

#include "config/descriptor.h"

namespace m2ag::host {

struct Changes {
  std::vector<std::string> added, changed,
      removed;             ///< components; those with `enabled: false` are as if they were not there
  bool mqtt = false;       ///< another connection to the broker
  bool simulated = false;  ///< chips, buses or lines
  bool live = false;       ///< what is taken over by itself: log level, name, groups
  bool whole = false;      ///< what the whole host hangs on: device.id, mqtt.base_topic, state.file

  bool any() const {
    return !added.empty() || !changed.empty() || !removed.empty() || mqtt || simulated || live || whole;
  }
};

Changes changes_between(const Descriptor& before, const Descriptor& after);

/// Null when there is none, or it is not enabled.
const ComponentSection* find_component(const Descriptor& descriptor, std::string_view id);

}  // namespace m2ag::host
