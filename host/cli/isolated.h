// The process of an isolated component: `m2ag isolated ID`, which `m2ag run` starts and nobody else.
#pragma once

#include <string>

#include "config/descriptor.h"
#include "plugin/catalog.h"

namespace CLI {
class App;
}

namespace m2ag::host {

/// Adds the verb, hidden; its callback sets `exit_code`.
void add_isolated_verb(CLI::App& app, int& exit_code);

/// What that process is given on its standard input.
std::string isolated_input(const Descriptor& descriptor, const Catalog& catalog, const ComponentSection& section);

}  // namespace m2ag::host
