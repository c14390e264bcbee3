#include "signal/digits.h"

#include "catch.h"

using namespace m2ag;
using namespace m2ag::host;

namespace {

Value step(const char* name, Value value) { return Value::Map{{name, std::move(value)}}; }
Value point(double read, double real) { return Value::Map{{"read", read}, {"true", real}}; }

}  // namespace

TEST_CASE("a filter adds the digits that its numbers need, and round decides") {
  CHECK(digits_after(step("round", 1), 2) == 1);
  CHECK(digits_after(step("round", 3), 2) == 3);
  CHECK(digits_after(step("round", -2), 2) == 0);
  CHECK(digits_after(step("multiply", 0.001), 1) == 4);
  CHECK(digits_after(step("multiply", -0.5), 1) == 2);
  CHECK(digits_after(step("multiply", 1000.0), 1) == 1);
  CHECK(digits_after(step("multiply", 0.0), 1) == 1);
  CHECK(digits_after(step("multiply", 1e-30), 1) == kMostDigits);
  CHECK(digits_after(step("offset", 0.25), 1) == 2);
  CHECK(digits_after(step("offset", -40.0), 1) == 1);
  CHECK(digits_after(step("median", 3), 1) == 1);
}

TEST_CASE("a calibration has the digits of its flattest line, a polynomial those of its line") {
  // 10 bits of a converter for 5 V
  CHECK(digits_after(step("calibrate", Value::List{point(1023, 5), point(0, 0)}), 0) == 3);
  CHECK(digits_after(step("calibrate", Value::List{point(0, 1), point(10, 1)}), 2) == 2);
  CHECK(digits_after(step("polynomial", Value::List{1.5, 0.01}), 0) == 2);
  CHECK(digits_after(step("polynomial", Value::List{1.5}), 0) == 0);
}

TEST_CASE("a number with all its digits keeps them until it is rounded") {
  CHECK_FALSE(digits_after(step("multiply", 0.1), std::nullopt));
  CHECK(digits_after(step("round", 2), std::nullopt) == 2);
}
