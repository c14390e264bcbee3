// What a component has saved, on its way between the device database and that of its own process, when `isolation` is switched on or off.
// Who is killed in between finds it again: the copy is complete and marked before it counts, and only then is the other one gone. Both block
// while they write, a few seconds at most; while the component does not run.
#pragma once

#include <filesystem>
#include <string_view>

#include "core/log.h"
#include "store/state_store.h"

namespace m2ag::host {

/// Nothing when `own` counts already. Makes its folder. Throws std::exception when it cannot be kept there: then it stays where it was.
void give_memory(StateStore& host, const std::filesystem::path& own, std::string_view id, Log& log);

/// `own` is gone afterwards. Nothing when it is not there. When it cannot be read or kept it stays, and that is logged.
void take_memory_back(StateStore& host, const std::filesystem::path& own, std::string_view id, Log& log);

}  // namespace m2ag::host
