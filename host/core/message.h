// A message that reached this device over MQTT, and the answer that goes back: the words between the bridge and the router.
#pragma once

#include <m2ag/value.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace m2ag::host {

/// The largest payload a command may have, in bytes.
inline constexpr std::size_t kMaxCommandPayload = 64 * 1024;
/// The same of the requests `config-…`, which bring a descriptor; and of what a request answers.
inline constexpr std::size_t kMaxConfigPayload = 256 * 1024;

/// Views are valid during the call that hands the message over.
struct IncomingMessage {
  std::string_view topic;
  std::string_view payload;
  bool retained = false;                       ///< a command that arrives with retain set is stale
  bool too_long = false;                       ///< larger than kMaxConfigPayload; the payload is cut
  std::optional<std::chrono::seconds> expiry;  ///< MQTT 5: how long the message is still worth something
  std::string_view response_topic;             ///< MQTT 5; empty: none
  std::string_view correlation_data;           ///< MQTT 5
  std::uint64_t handed =
      0;  ///< in the process of an isolated component: under which number the host gave it; otherwise 0
  std::chrono::steady_clock::time_point arrival;
};

/// Where an answer goes besides `<component>/reply`, and the words that let the sender know it is his.
struct ReplyAddress {
  std::string response_topic;
  std::string correlation_data;
  std::string transaction;   ///< from the payload's JSON; empty: none
  std::uint64_t handed = 0;  ///< IncomingMessage::handed
  bool wanted() const { return !response_topic.empty() || !transaction.empty(); }
};

struct Reply {
  bool request = false;   ///< of the device (`request/<op>`), not of a component
  std::string component;  ///< as addressed: anybody's text
  std::string command;    ///< the topic's part behind the component: "state/set"
  bool ok = false;
  std::string code;     ///< when refused: a word for programs
  std::string message;  ///< when refused: a sentence for people
  Value data;           ///< what a command returned
  ReplyAddress address;
  Value::Map details = {};  ///< when refused: more of the error, for programs
};

}  // namespace m2ag::host
