// Rules of MQTT topics and of this project's ids: pure functions on text. Any thread.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace m2ag::host {

/// The longest topic or filter MQTT can carry, in bytes.
inline constexpr std::size_t kMaxTopic = 65535;
/// The most levels a filter may have here; MQTT names no bound, brokers do (mosquitto: 200).
inline constexpr std::size_t kMaxTopicLevels = 200;

/// Words that have a place of their own in the topic tree and are no ids.
std::span<const std::string_view> reserved_ids();
bool is_reserved_id(std::string_view id);

/// `[a-z0-9-]{1,63}`: a word that may be a level of our topics, such as the name of a request.
bool is_word(std::string_view text);

/// A word that is not reserved: an id of a device, component, command or register. (Two channels bear reserved words, `state` and `event`:
/// see the check of a plugin's description.)
bool valid_id(std::string_view id);

/// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. U+0000 is UTF-8 too.
bool valid_utf8(std::string_view text);

/// A topic to publish on: 1 to 65535 bytes of UTF-8 without `+`, `#`, control characters or noncharacters (MQTT 5, 1.5.4), at most
/// kMaxTopicLevels levels.
bool valid_topic(std::string_view topic);

/// A filter to subscribe to: as a topic, and `+` only as a whole level, `#` only as the whole last level.
bool valid_filter(std::string_view filter);

/// Whether a valid filter matches a valid topic. A filter that begins with a wildcard does not match a topic that begins with `$`.
bool matches(std::string_view filter, std::string_view topic);

/// The levels between the slashes; there is always at least one. Views into `topic`.
std::vector<std::string_view> split(std::string_view topic);

}  // namespace m2ag::host
