// What command payloads may carry: `set` of a channel or a component, `run` of a command. Pure functions, no threads.
// Rules: the project's docs/topics.md. Numbers in the C locale; NaN and infinity never pass, in either direction.
#pragma once

#include <m2ag/channel.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace m2ag::host {

/// Why a command was not carried out: a word for programs and a sentence that names what was expected.
struct Refusal {
  std::string code;
  std::string message;
  Value::Map details = {};  ///< stands in the error beside them
};

/// The longest `for` of a set.
inline constexpr std::chrono::microseconds kLongestDuration = std::chrono::hours(24 * 366);

/// "turn over what it is": resolved on the component's lane.
struct Toggle {};

/// What a `set` asks for one channel.
struct SetRequest {
  std::variant<Value, Toggle> value;
  std::optional<std::chrono::microseconds> duration;  ///< `for`: afterwards the channel goes back
  std::string transaction;
};

/// What a `set` of a whole component asks: one value for the main channel, or several channels by name.
struct ComponentSetRequest {
  std::string_view payload;  ///< the bare value or JSON for the main channel, when `channels` is empty
  Value::Map channels;
  std::string transaction;
};

/// Reads `ON`, `21.5`, `closed`, or `{"value": …, "for": "10m", "transaction": "…"}` and checks it against the channel:
/// type, range, words. A payload that is not UTF-8 is refused.
std::variant<SetRequest, Refusal> decode_set(std::string_view payload, const ChannelSpec& channel);

/// One channel's value from JSON or from a bare word, checked against the channel.
std::variant<std::variant<Value, Toggle>, Refusal> check_value(const Value& value, const ChannelSpec& channel);

/// Tells a main-channel payload from a JSON object of several channels.
std::variant<ComponentSetRequest, Refusal> decode_component_set(std::string_view payload);

/// A JSON object of arguments, or an empty payload; `transaction` is taken out of it.
struct RunRequest {
  Value arguments = Value::Map{};
  std::string transaction;
};
std::variant<RunRequest, Refusal> decode_run(std::string_view payload,
                                             const char* expected = "a JSON object of arguments, or nothing");

/// The "transaction" of a payload that was refused, when it can be read; else empty.
std::string transaction_of(std::string_view payload);

}  // namespace m2ag::host
