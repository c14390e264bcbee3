// Whether the date of this machine can be trusted. Functions without state: any thread.
#pragma once

#include <optional>

namespace m2ag::host {

/// Whether the kernel says that the network keeps its clock right; nothing when it may not be asked, as in some containers.
std::optional<bool> clock_synchronised();
/// What adjtimex(2) means by its result and the status.
std::optional<bool> clock_synchronised(int result, int status);

}  // namespace m2ag::host
