#include "core/clock_state.h"

#include <sys/timex.h>

#include "catch.h"

using namespace m2ag::host;

TEST_CASE("a clock is synchronised when adjtimex(2) says so twice, and unknown when it may not be asked") {
  CHECK(clock_synchronised(TIME_OK, 0) == true);
  CHECK(clock_synchronised(TIME_INS, STA_PLL | STA_INS) == true);
  CHECK(clock_synchronised(TIME_OK, STA_UNSYNC) == false);
  CHECK(clock_synchronised(TIME_ERROR, 0) == false);
  CHECK_FALSE(clock_synchronised(-1, 0).has_value());
}
