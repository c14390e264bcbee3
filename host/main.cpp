// The m2ag command: one program, one verb a file in cli/. Exit codes: 0 ok, 1 the input is wrong, 2 the system is wrong.

#include "cli/program.h"

int main(int count, char** words) { return m2ag::host::run_program(count, words); }
