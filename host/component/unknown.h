// Refusals of what is addressed and not there, each with what is there instead. Pure functions, any thread.
#pragma once

#include <m2ag/plugin.h>

#include <string>
#include <string_view>
#include <vector>

#include "component/payload.h"

namespace m2ag::host {

/// A word of a topic, which is anybody's text, for a sentence or a log line: cut, without control characters.
std::string shown_word(std::string_view word);

Refusal unknown_component(std::string_view id, const std::vector<std::string>& ids);

/// There is no such channel to set; also of one that can only be read. An empty `word` is the main channel.
Refusal unknown_channel(std::string_view component, std::string_view word, const ComponentSpec& spec);

/// The sentence for a channel that cannot even be read.
std::string missing_channel(std::string_view component, std::string_view word, const ComponentSpec& spec);

Refusal unknown_command(std::string_view component, std::string_view word, const ComponentSpec& spec);

}  // namespace m2ag::host
