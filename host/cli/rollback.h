// `m2ag rollback`: writes the files of an earlier revision of a descriptor back; a running host takes them over by itself.
#pragma once

namespace CLI {
class App;
}

namespace m2ag::host {

void add_rollback_verb(CLI::App& app, int& exit_code);

}  // namespace m2ag::host
