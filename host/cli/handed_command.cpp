#include "cli/handed_command.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace m2ag::host {
namespace {

constexpr std::string_view kWord = "command";

/// Takes a number and the space behind it off the text.
std::optional<std::int64_t> take_number(std::string_view& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data() + text.size() || *end != ' ') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return number;
}

bool take_text(std::string_view& text, std::int64_t size, std::string_view& part) {
  if (size < 0 || static_cast<std::size_t>(size) > text.size()) return false;
  part = text.substr(0, static_cast<std::size_t>(size));
  text.remove_prefix(part.size());
  return true;
}

}  // namespace

/// `command NUMBER ARRIVAL EXPIRY SIZES… `, then the four texts as they are: a payload may be anything. Both processes have one clock.
std::string write_handed(std::uint64_t number, const IncomingMessage& message) {
  return fmt::format("{} {} {} {} {} {} {} {} {}{}{}{}", kWord, number, message.arrival.time_since_epoch().count(),
                     message.expiry ? message.expiry->count() : -1, message.topic.size(), message.payload.size(),
                     message.response_topic.size(), message.correlation_data.size(), message.topic, message.payload,
                     message.response_topic, message.correlation_data);
}

std::optional<IncomingMessage> read_handed(std::string_view text) {
  if (!text.starts_with(kWord) || text.size() == kWord.size()) return std::nullopt;
  text.remove_prefix(kWord.size() + 1);
  std::array<std::int64_t, 7> numbers{};
  for (std::int64_t& each : numbers) {
    const auto number = take_number(text);
    if (!number) return std::nullopt;
    each = *number;
  }
  IncomingMessage message;
  message.handed = static_cast<std::uint64_t>(numbers[0]);
  message.arrival = std::chrono::steady_clock::time_point(std::chrono::steady_clock::duration(numbers[1]));
  if (numbers[2] >= 0) message.expiry = std::chrono::seconds(numbers[2]);
  const bool is_whole = take_text(text, numbers[3], message.topic) && take_text(text, numbers[4], message.payload) &&
                        take_text(text, numbers[5], message.response_topic) &&
                        take_text(text, numbers[6], message.correlation_data) && text.empty();
  return is_whole ? std::optional(message) : std::nullopt;
}

}  // namespace m2ag::host
