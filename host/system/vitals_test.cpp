#include "system/vitals.h"

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

TEST_CASE("no loopback address is told") {
  for (const Value& address : network_addresses()) CHECK_FALSE(address.as_text().starts_with("127."));
}
