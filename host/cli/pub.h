// The verb `m2ag pub`.
#pragma once

namespace CLI {
class App;
}

namespace m2ag::host {

/// Adds the verb; its callback sets `exit_code`.
void add_pub_verb(CLI::App& app, int& exit_code);

}  // namespace m2ag::host
