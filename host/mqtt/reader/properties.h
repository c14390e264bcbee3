// The properties of an MQTT 5 packet (§2.2.2), as far as a reader needs any. Not safe for several threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "mqtt/reader/wire.h"

namespace m2ag::host::reader {

/// All others are checked for their form and passed over.
struct Properties {
  std::optional<std::uint16_t> server_keep_alive;
  std::optional<std::uint16_t> topic_alias;
  std::string_view reason;
  std::uint32_t subscription = 0;  ///< its identifier; 0: none, or several
  /// The user property `time` as devices of ours give it: ms since 1970, at most 15 digits.
  std::optional<std::int64_t> time;
};

/// Takes the length and all properties from the cursor. Throws ProtocolError for an identifier that MQTT 5 does not have and for one that
/// ends too early.
Properties take_properties(Cursor& cursor);

}  // namespace m2ag::host::reader
