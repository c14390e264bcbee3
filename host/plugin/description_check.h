// What a plugin's description must hold to before the host believes it: names that fit the topic tree and the descriptor, limits and
// defaults that fit each other. Functions without state: any thread.
#pragma once

#include <string>
#include <vector>

#include "plugin/description.h"

namespace m2ag::host {

/// Each a sentence that names type, parameter or channel; empty when all is well. Looks at data only, not at the functions.
std::vector<std::string> description_problems(const PluginDescription& description);

}  // namespace m2ag::host
