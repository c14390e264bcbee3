// A command as the host gives it to the process of an isolated component, over their socket: made there, read here. Functions without state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/message.h"

namespace m2ag::host {

std::string write_handed(std::uint64_t number, const IncomingMessage& message);
/// The views are into `text`. Nothing when it is none of ours.
std::optional<IncomingMessage> read_handed(std::string_view text);

}  // namespace m2ag::host
