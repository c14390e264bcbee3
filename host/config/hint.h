// The end of a sentence that names what may have been meant. Pure functions. Any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/suggest.h"

namespace m2ag::host {

/// `, did you mean "line"?`, or nothing when no candidate is near.
template <class Candidates>
std::string did_you_mean(std::string_view word, const Candidates& candidates) {
  const auto near = closest(word, candidates);
  return near ? ", did you mean \"" + *near + "\"?" : std::string();
}

/// Found text on its way into a message or path: without control characters, cut when it is longer than `most` bytes.
std::string printable(std::string_view text, std::size_t most = 60);
/// The same in quotes.
std::string quote(std::string_view text);

}  // namespace m2ag::host
