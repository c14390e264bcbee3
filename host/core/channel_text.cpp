#include "core/channel_text.h"

#include <fmt/format.h>

#include "core/json.h"

namespace m2ag::host {

std::string channel_text(const Value& value, const ChannelSpec& channel) {
  if (value.is_bool()) return value.as_bool() ? "ON" : "OFF";
  if (value.is_text()) return value.as_text();
  if (value.is_number() && channel.precision) {
    std::string text = fmt::format("{:.{}f}", value.as_number(), *channel.precision);
    // -0.00 is no temperature
    if (text.starts_with('-') && text.find_first_not_of("-0.") == std::string::npos) text.erase(0, 1);
    return text;
  }
  if (value.is_integer()) return fmt::format("{}", value.as_integer());
  if (value.is_number()) return fmt::format("{}", value.as_number());
  return dump_json(value);
}

}  // namespace m2ag::host
