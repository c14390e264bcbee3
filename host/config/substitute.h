// `${NAME}` and `${hostname}` in a descriptor's texts; `$${` stands for `${` itself. Pure. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "config/environment.h"

namespace m2ag::host {

struct Substitution {
  std::string text;
  bool whole = false;  ///< the text was one `${NAME}` and nothing else: its type follows from the value
  std::string error;   ///< a sentence; then `text` is of no use
};

/// Values are taken as they are: a `${` in them stays.
Substitution substitute(std::string_view text, const Environment& environment);

}  // namespace m2ag::host
