// The command line: all verbs, `--help` on each, and the exit code. The last place where an exception is caught.
#pragma once

namespace m2ag::host {

/// 0 ok, 1 the input is wrong, 2 the system is wrong.
int run_program(int count, char** words);

}  // namespace m2ag::host
