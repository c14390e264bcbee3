// The verb `m2ag registers`: lists, sets and resets the registers of a running device, over its broker.
#pragma once

namespace CLI {
class App;
}

namespace m2ag::host {

/// Adds the verb; its callback sets `exit_code`.
void add_registers_verb(CLI::App& app, int& exit_code);

}  // namespace m2ag::host
