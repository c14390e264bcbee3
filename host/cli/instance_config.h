// From a component's section of the descriptor to what an instance is made of. Functions without state: any thread.
#pragma once

#include <vector>

#include "component/instance.h"
#include "component/roster.h"
#include "config/descriptor.h"
#include "plugin/catalog.h"

namespace m2ag::host {

/// What the section says; nothing of the plugin yet.
InstanceConfig instance_config(const ComponentSection& section);

/// The plugin's code for it, loaded into this process. Throws PluginError.
void load_plugin(InstanceConfig& config, const ComponentSection& section, const Catalog& catalog);

/// The components as others name them.
std::vector<Roster::Entry> roster_of(const Descriptor& descriptor);

}  // namespace m2ag::host
