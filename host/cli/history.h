// The verb `history`: what a logger has kept, read from its file beside it.
#pragma once

namespace CLI {
class App;
}

namespace m2ag::host {

void add_history_verb(CLI::App& app, int& exit_code);

}  // namespace m2ag::host
