#include "signal/filter.h"

#include <cmath>
#include <string>
#include <vector>

#include "catch.h"

using namespace m2ag;
using namespace m2ag::host;

namespace {

constexpr double kNothing = -999;

/// What comes out for each number that goes in; kNothing for what is not believed.
std::vector<double> through(const Value& step, const std::vector<double>& numbers) {
  REQUIRE(filter_problem(step).empty());
  const auto filter = make_filter(step);
  std::vector<double> out;
  std::string reason;
  for (const double number : numbers) out.push_back(filter->apply(number, reason).value_or(kNothing));
  return out;
}

Value step(const char* name, Value value) { return Value::Map{{name, std::move(value)}}; }
Value limits(double low, double high) { return Value::Map{{"min", low}, {"max", high}}; }
Value points(const std::vector<std::pair<double, double>>& pairs) {
  Value::List list;
  for (const auto& [read, truth] : pairs) list.push_back(Value::Map{{"read", read}, {"true", truth}});
  return list;
}

}  // namespace

TEST_CASE("offset, multiply, clamp and round") {
  CHECK(through(step("offset", -0.5), {20, -1}) == std::vector<double>{19.5, -1.5});
  CHECK(through(step("multiply", 2.0), {20, -1}) == std::vector<double>{40, -2});
  CHECK(through(step("clamp", limits(0, 100)), {-1, 50, 101}) == std::vector<double>{0, 50, 100});
  CHECK(through(step("round", 1), {1.25, -1.25, 1.24}) == std::vector<double>{1.3, -1.3, 1.2});
  CHECK(through(step("round", -1), {14.9, 15}) == std::vector<double>{10, 20});
}

TEST_CASE("rounding before the point leaves no digits behind it") {
  for (int digits = 1; digits <= 9; ++digits) {
    const double unit = std::pow(10.0, digits);
    for (int n = 1; n <= 3000; ++n)
      REQUIRE(through(step("round", -digits), {n * unit + 1}) == std::vector<double>{n * unit});
  }
}

TEST_CASE("calibration goes along straight lines, and on beyond its ends, in whatever order the points are") {
  const Value two = step("calibrate", points({{100, 98}, {0, 1}}));
  CHECK(through(two, {0, 100, 50, -100, 200}) == std::vector<double>{1, 98, 49.5, -96, 195});
  const Value three = step("calibrate", points({{0, 0}, {10, 20}, {20, 20}}));
  CHECK(through(three, {5, 10, 15, 30, -5}) == std::vector<double>{10, 20, 20, 20, -10});
}

TEST_CASE("a polynomial is taken from its lowest coefficient on") {
  CHECK(through(step("polynomial", Value::List{1.0, 2.0, 3.0}), {0, 1, 2}) == std::vector<double>{1, 6, 17});
  CHECK(through(step("polynomial", Value::List{7.0}), {123}) == std::vector<double>{7});
}

TEST_CASE("windows give an answer from the first reading on") {
  CHECK(through(step("median", 3), {5, 1, 100, 2, 3}) == std::vector<double>{5, 3, 5, 2, 3});
  CHECK(through(step("average", 2), {1, 3, 5}) == std::vector<double>{1, 2, 4});
  CHECK(through(step("minimum", 2), {3, 1, 2, 5}) == std::vector<double>{3, 1, 1, 2});
  CHECK(through(step("maximum", 2), {3, 1, 2, 5}) == std::vector<double>{3, 3, 2, 5});
}

TEST_CASE("what is outside of the valid range is no reading") {
  CHECK(through(step("valid_range", limits(-40, 85)), {-40, 85, 85.01, -41, 20}) ==
        std::vector<double>{-40, 85, kNothing, kNothing, 20});
  std::string reason;
  make_filter(step("valid_range", limits(-40, 85)))->apply(127.5, reason);
  CHECK(reason == "127.5 is outside of the valid range -40 to 85");
}

TEST_CASE("a spike is dropped, a step that stays is believed at its third reading") {
  CHECK(through(step("max_step", 5.0), {20, 90, 21, 24, 90, 20}) ==
        std::vector<double>{20, kNothing, 21, 24, kNothing, 20});
  CHECK(through(step("max_step", 5.0), {20, 40, 42, 41, 45}) == std::vector<double>{20, kNothing, kNothing, 41, 45});
  // Noise that does not agree with itself is never believed.
  CHECK(through(step("max_step", 5.0), {20, 40, 80, 40, 80, 21}) ==
        std::vector<double>{20, kNothing, kNothing, kNothing, kNothing, 21});
}

TEST_CASE("a filter forgets when its component starts again") {
  std::string reason;
  const auto median = make_filter(step("median", 3));
  median->apply(1000, reason);
  median->apply(1000, reason);
  median->forget();
  CHECK(median->apply(20, reason) == 20.0);
  const auto jump = make_filter(step("max_step", 1.0));
  jump->apply(1000, reason);
  jump->forget();
  CHECK(jump->apply(20, reason) == 20.0);
}

TEST_CASE("a step that cannot be used says why") {
  CHECK_THAT(filter_problem(Value::Map{}), Catch::Contains("wants one key"));
  CHECK_THAT(filter_problem(Value::Map{{"median", 3}, {"offset", 1.0}}), Catch::Contains("has one key"));
  CHECK_THAT(filter_problem(step("calibrate", points({{1, 1}}))), Catch::Contains("two points"));
  CHECK_THAT(filter_problem(step("calibrate", points({{1, 1}, {1, 2}}))), Catch::Contains("two points for 1"));
  CHECK_THAT(filter_problem(step("polynomial", Value::List{})), Catch::Contains("coefficients"));
  CHECK_THAT(filter_problem(step("clamp", limits(2, 1))), Catch::Contains("min is larger than max"));
}

TEST_CASE("every kind of filter that a descriptor may name can be made") {
  for (const ParamSpec& kind : filter_params()) {
    INFO(kind.name);
    Value value = kind.type == ParamType::group     ? limits(0, 1)
                  : kind.type == ParamType::integer ? Value(3)
                  : kind.name == "calibrate"        ? points({{0, 0}, {1, 1}})
                  : kind.name == "polynomial"       ? Value(Value::List{1.0})
                                                    : Value(1.0);
    const Value one = Value::Map{{kind.name, std::move(value)}};
    CHECK(filter_problem(one).empty());
    CHECK(make_filter(one) != nullptr);
  }
}
