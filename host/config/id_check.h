// Ids as people write them, and what to answer when they do not fit. Pure functions. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace m2ag::host {

/// A sentence when `id` cannot be an id of a device, group or component: not `[a-z0-9-]{1,63}`, or reserved. Empty when it can.
std::string id_problem(std::string_view id);

}  // namespace m2ag::host
