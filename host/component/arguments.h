// Arguments of a command against the parameters its description names: the same rules as a descriptor's settings.
#pragma once

#include <m2ag/parameter.h>

#include <variant>
#include <vector>

#include "component/payload.h"

namespace m2ag::host {

/// The arguments with defaults filled in, or a refusal that names every mistake.
std::variant<Value, Refusal> check_arguments(const Value& arguments, const std::vector<ParamSpec>& params);

}  // namespace m2ag::host
