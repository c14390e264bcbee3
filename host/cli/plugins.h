// The verb `m2ag plugins`: which plugins are installed, what they offer, and which were refused and why.
#pragma once

namespace CLI {
class App;
}

namespace m2ag::host {

/// Adds the verb; its callback sets `exit_code`.
void add_plugins_verb(CLI::App& app, int& exit_code);

}  // namespace m2ag::host
