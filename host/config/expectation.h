// The words of a binder's messages: what a parameter expects, what was found, and values as the parameter writes them.
// Pure functions. Any thread.
#pragma once

#include <m2ag/parameter.h>

#include <string>

#include "config/document.h"

namespace m2ag::host {

/// "a boolean (true or false)", "a duration such as 10s", "a list", …
std::string expected(const ParamSpec& spec);

/// `"ten"`, `nothing`, `a list`; never the text of a secret.
std::string found(const Node& node, const ParamSpec& spec);

/// As the descriptor would say it: 0x76, 10s, 64KiB, 21.5, pull-up.
std::string written(const Value& value, const ParamSpec& spec);

/// `0x76 to 0x77`, `at least 1s`; empty when there is no limit worth naming.
std::string range_of(const ParamSpec& spec);

}  // namespace m2ag::host
