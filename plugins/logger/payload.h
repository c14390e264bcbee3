// What a payload says: a number, on or off, or a text. Functions without state: any thread.
#pragma once

#include <m2ag/value.h>

#include <optional>
#include <string_view>

namespace logger {

/// A bare value as devices of all makes write it: `21.47`, `ON`, `off`, `true`; any other UTF-8 text is a text. Nothing when it is empty, no
/// UTF-8, not finite, or a text of more than 1,024 bytes. An integer is a number, so that a series does not change its kind from 21 to 21.5.
std::optional<m2ag::Value> read_bare(std::string_view payload);

}  // namespace logger
