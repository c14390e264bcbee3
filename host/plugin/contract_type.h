// The part of the contract that concerns one component type or one simulated chip: made, started, used and stopped on fakes.
// Runs in the contract's child, on one thread.
#pragma once

#include <m2ag/plugin.h>

#include <vector>

#include "plugin/finding.h"

namespace m2ag::host {

/// What a descriptor must give, in the descriptor's words ("10s"): each row's example, else a value that it allows.
Value example_settings(const std::vector<ParamSpec>& params);

/// `chips` are those of the same plugin: the one named as the type answers at the type's bus and address.
void check_type(ContractSteps& steps, const ComponentSpec& spec, const std::vector<SimulatedChipSpec>& chips);
void check_chip(ContractSteps& steps, const SimulatedChipSpec& spec);

}  // namespace m2ag::host
