// The verb `m2ag scan`: which chips are on the I²C buses, and the GPIO lines with who holds them.
#pragma once

namespace CLI {
class App;
}

namespace m2ag::host {

/// Adds the verb; its callback sets `exit_code`.
void add_scan_verb(CLI::App& app, int& exit_code);

}  // namespace m2ag::host
