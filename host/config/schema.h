// JSON Schema (draft-07) of a descriptor, made from the same tables that check it: for editors (`m2ag schema`), the UI's forms and the API.
// Pure functions. Any thread.
#pragma once

#include <m2ag/plugin.h>

#include <nlohmann/json_fwd.hpp>
#include <vector>

namespace m2ag::host {

/// Of the whole descriptor with these component types and simulated chips. Tags (!secret, !include) are the editor's to know.
nlohmann::json descriptor_schema(const std::vector<const ComponentSpec*>& types,
                                 const std::vector<const SimulatedChipSpec*>& chips);

/// Of one component of this type, as it stands in that.
nlohmann::json component_schema(const ComponentSpec& type);

/// Of an object with these keys and no others, such as a command's arguments.
nlohmann::json object_schema(const std::vector<ParamSpec>& params);

/// Of one parameter's value.
nlohmann::json param_schema(const ParamSpec& spec);

}  // namespace m2ag::host
