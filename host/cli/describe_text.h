// A plugin's description as a page of text for a terminal. Pure functions.
#pragma once

#include <string>

#include "plugin/description.h"

namespace m2ag::host {

std::string describe_text(const ComponentSpec& spec);
std::string describe_text(const SimulatedChipSpec& spec);
/// All its types and chips.
std::string describe_text(const PluginDescription& plugin);

}  // namespace m2ag::host
