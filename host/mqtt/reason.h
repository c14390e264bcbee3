// The names of MQTT 5's reason codes. Pure, any thread.
#pragma once

#include <cstdint>
#include <string>

namespace m2ag::host {

/// "Not authorized", as MQTT 5 §2.4 has it, without a full stop; "reason code 0x7b" for one that it does not know.
std::string reason_text(std::uint8_t code);

}  // namespace m2ag::host
