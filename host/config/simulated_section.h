// The section `simulated` of a descriptor as checked data. A function of plain data: any thread.
#pragma once

#include "config/descriptor.h"
#include "config/document.h"

namespace m2ag::host {

/// What can be used of it; the problems say what is wrong.
SimulatedSection bind_simulated(const Node& section, const Types& types, Problems& problems);

}  // namespace m2ag::host
