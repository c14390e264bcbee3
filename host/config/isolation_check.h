// What `isolation: process` does not go with. A function of plain data: any thread.
#pragma once

#include <vector>

#include "config/descriptor.h"
#include "config/document.h"

namespace m2ag::host {

/// A component in a process of its own reaches no other one, and is reached by none: a setting that names one across that border would have
/// no effect, of an interlock without a word. What is named is known by its text, an id or `id/channel`.
void check_isolation(const Node& components, const std::vector<ComponentSection>& sections, const Types& types,
                     Problems& problems);

}  // namespace m2ag::host
