// Catch2 for the tests of this repository: the same words as in a plugin's test.
#pragma once

#include <m2ag/catch.h>
