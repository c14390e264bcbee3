// Arguments of a command against the parameters its description names: the same rules as a descriptor's settings.
#pragma once

#include <m2ag/parameter.h>

#include <string>
#include <variant>
#include <vector>

#include "component/payload.h"
#include "config/problem.h"

namespace m2ag::host {

/// All problems in one line.
std::string sentence_of(const Problems& problems);

/// The arguments with defaults filled in, or a refusal that names every mistake.
std::variant<Value, Refusal> check_arguments(const Value& arguments, const std::vector<ParamSpec>& params);

/// The same for a request: throws CommandError with the refusal.
Value checked_arguments(const Value& arguments, const std::vector<ParamSpec>& params);

/// A request's argument, which is text.
ParamSpec text_argument(std::string name, std::string description, bool required);

}  // namespace m2ag::host
