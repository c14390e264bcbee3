// The bare payload of a channel's topic. Numbers in the C locale, with the channel's precision; booleans as `ON` and `OFF`.
#pragma once

#include <m2ag/channel.h>

#include <string>

namespace m2ag::host {

std::string channel_text(const Value& value, const ChannelSpec& channel);

}  // namespace m2ag::host
