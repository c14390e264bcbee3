#include "mqtt/reader/properties.h"

#include <fmt/format.h>

#include <charconv>

namespace m2ag::host::reader {
namespace {

enum class Form { none, byte, number16, number32, variable, text, pair };

// Table 2-4 of §2.2.2.2.
Form form_of(std::uint32_t identifier) {
  switch (identifier) {
    case 0x01:
    case 0x17:
    case 0x19:
    case 0x24:
    case 0x25:
    case 0x28:
    case 0x29:
    case 0x2A: return Form::byte;
    case 0x13:
    case 0x21:
    case 0x22:
    case 0x23: return Form::number16;
    case 0x02:
    case 0x11:
    case 0x18:
    case 0x27: return Form::number32;
    case 0x0B: return Form::variable;
    case 0x03:
    case 0x08:
    case 0x09:
    case 0x12:
    case 0x15:
    case 0x16:
    case 0x1A:
    case 0x1C:
    case 0x1F: return Form::text;
    case 0x26: return Form::pair;
    default: return Form::none;
  }
}

std::optional<std::int64_t> milliseconds(std::string_view text) {
  constexpr std::size_t kMostDigits = 15;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size() && number >= 0;
  return whole && text.size() <= kMostDigits ? std::optional(number) : std::nullopt;
}

enum : std::uint32_t { server_keep_alive = 0x13, reason_string = 0x1F, topic_alias = 0x23 };

}  // namespace

Properties take_properties(Cursor& cursor) {
  Properties found;
  int subscriptions = 0;
  Cursor list(cursor.take(cursor.variable()));
  while (!list.empty()) {
    const std::uint32_t identifier = list.variable();
    switch (form_of(identifier)) {
      case Form::byte: list.byte(); break;
      case Form::number16: {
        const std::uint16_t number = list.number16();
        if (identifier == server_keep_alive) found.server_keep_alive = number;
        if (identifier == topic_alias) found.topic_alias = number;
        break;
      }
      case Form::number32: list.number32(); break;
      case Form::variable: {  // the identifier of a subscription, the only one of this form
        const auto number = static_cast<std::uint32_t>(list.variable());
        found.subscription = subscriptions++ == 0 ? number : 0;
        break;
      }
      case Form::text: {
        const std::string_view text = list.text();
        if (identifier == reason_string) found.reason = text;
        break;
      }
      case Form::pair: {
        const std::string_view name = list.text();
        const std::string_view value = list.text();
        if (name == "time") found.time = milliseconds(value);
        break;
      }
      case Form::none: throw ProtocolError(fmt::format("a property {:#x}, which MQTT 5 does not have", identifier));
    }
  }
  return found;
}

}  // namespace m2ag::host::reader
