#include "component/told_failures.h"

#include "catch.h"

using namespace m2ag::host;

TEST_CASE("a reason is told once, whatever its numbers and what came between") {
  ToldFailures told;
  CHECK(told.empty());
  CHECK(told.is_new("temperature of 178.4 °C, the chip measures -40 to 85 °C", true));
  CHECK_FALSE(told.is_new("temperature of -178.5 °C, the chip measures -40 to 85 °C", true));
  CHECK(told.is_new("the id reads as 0x7f", true));
  CHECK_FALSE(told.is_new("the id reads as 0xff", true));
  CHECK_FALSE(told.is_new("temperature of 99 °C, the chip measures -40 to 85 °C", true));
  CHECK_FALSE(told.empty());
  told.clear();
  CHECK(told.is_new("the id reads as 0xff", true));
}

TEST_CASE("that it stays failed is told, and a plugin that invents reasons is not listened to for ever") {
  ToldFailures told;
  CHECK(told.is_new("no line", true));
  CHECK(told.is_new("no line", false));
  CHECK_FALSE(told.is_new("no line", false));
  int count = 0;
  for (std::string reason = "x"; reason.size() < 100; reason += "x") count += told.is_new(reason, true) ? 1 : 0;
  CHECK(count < 16);
  CHECK(told.is_new("wrong settings", false));
}
