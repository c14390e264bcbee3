#include "signal/unit.h"

#include <algorithm>

#include "catch.h"

using namespace m2ag::host;

TEST_CASE("a number is converted between units of one kind") {
  const auto [from, to, value, expected] = GENERATE(table<std::string, std::string, double, double>({
      {"°C", "°F", 100, 212},
      {"°C", "°F", -40, -40},
      {"°F", "°C", 32, 0},
      {"°C", "K", 0, 273.15},
      {"K", "°F", 0, -459.67},
      {"hPa", "inHg", 1013.25, 29.9213},
      {"hPa", "mmHg", 1013.25, 760.0021},
      {"Pa", "hPa", 101'325, 1013.25},
      {"psi", "bar", 14.503'773'8, 1},
      {"m/s", "km/h", 10, 36},
      {"kn", "km/h", 1, 1.852},
      {"MiB", "MB", 1, 1.048576},
      {"°C", "°C", 21.5, 21.5},
  }));
  const auto conversion = convert_unit(from, to);
  REQUIRE(conversion);
  CHECK(value * conversion->factor + conversion->offset == Approx(expected).epsilon(1e-5).margin(1e-9));
}

TEST_CASE("what has no unit may be given one, which only names it") {
  const auto named = convert_unit("", "°C");
  REQUIRE(named);
  CHECK(named->factor == 1);
  CHECK(named->offset == 0);
}

TEST_CASE("units of different kinds, and unknown ones, do not convert") {
  CHECK_FALSE(convert_unit("°C", "hPa"));
  CHECK_FALSE(convert_unit("°C", "C"));
  CHECK_FALSE(convert_unit("lx", "°C"));
  CHECK(convert_unit("lx", "lx"));
  const auto units = units_for("°C");
  CHECK(units == std::vector<std::string>{"K", "°F"});
  CHECK(units_for("lx").empty());
}
