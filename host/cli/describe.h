// The verb `m2ag describe`: all about a component type, a simulated chip or a plugin file. It is also, by hidden options, the child
// process in which plugins are tried.
#pragma once

namespace CLI {
class App;
}

namespace m2ag::host {

/// Adds the verb; its callback sets `exit_code`.
void add_describe_verb(CLI::App& app, int& exit_code);

}  // namespace m2ag::host
