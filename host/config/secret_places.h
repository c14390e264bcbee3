// Where in a descriptor's files stands what must not be shown: the plain values of secret settings (not what `!secret` names), and what may
// be one, since nobody knows what it is. Functions without state: any thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "config/sources.h"
#include "config/types.h"

namespace m2ag::host {

/// Line and column of scalars, as in their marks.
using Places = std::set<std::pair<int, int>>;

/// By file, as `Sources::files` calls them.
std::map<std::string, Places> secret_places(const Sources& sources, const Types& types);

}  // namespace m2ag::host
