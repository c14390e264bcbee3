// What a component is made of, as a short text that differs when its settings or its plugin's code do.
#pragma once

#include <string>

#include "component/instance.h"

namespace m2ag::host {

/// Of the type, `settings` (the type's own, with the registers), the interval, the lane, whether it has a process
/// of its own, and the library. Filters and names are
/// not in it: the plugin does not see them. It tells nothing about the settings, which may be secret.
std::string fingerprint(const InstanceConfig& config, const Value& settings);

}  // namespace m2ag::host
