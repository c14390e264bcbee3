#include "system/vitals.h"

#include <sys/timex.h>

#include "catch.h"

using namespace m2ag;
using namespace m2ag::host;

TEST_CASE("the vitals of this process are plausible") {
  const Value::Map vitals = process_vitals("/tmp/state.db");
  CHECK(vitals.at("rss").as_integer() > 100 * 1024);
  CHECK(vitals.at("rss").as_integer() < 4LL * 1024 * 1024 * 1024);
  CHECK(vitals.at("cpu").as_number() >= 0);
  CHECK(vitals.at("disk_free").as_integer() >= 0);
  CHECK(vitals.at("load").as_number() >= 0);
}

TEST_CASE("a folder that is not there leaves its value out") {
  CHECK_FALSE(process_vitals("/nonexistent/x/state.db").contains("disk_free"));
}

TEST_CASE("the boot has an id") { CHECK(boot_id().size() == 36); }

TEST_CASE("a clock is synchronised when adjtimex(2) says so twice, and unknown when it may not be asked") {
  CHECK(clock_synchronised(TIME_OK, 0) == true);
  CHECK(clock_synchronised(TIME_INS, STA_PLL | STA_INS) == true);
  CHECK(clock_synchronised(TIME_OK, STA_UNSYNC) == false);
  CHECK(clock_synchronised(TIME_ERROR, 0) == false);
  CHECK_FALSE(clock_synchronised(-1, 0).has_value());
}

TEST_CASE("no loopback address is told") {
  for (const Value& address : network_addresses()) CHECK_FALSE(address.as_text().starts_with("127."));
}
