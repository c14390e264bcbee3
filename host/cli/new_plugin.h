// The verb `m2ag new-plugin`: a folder with a plugin that builds, its test and its example, to start from.
#pragma once

namespace CLI {
class App;
}

namespace m2ag::host {

/// Adds the verb; its callback sets `exit_code`.
void add_new_plugin_verb(CLI::App& app, int& exit_code);

}  // namespace m2ag::host
