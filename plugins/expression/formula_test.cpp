#include "formula.h"

#include <m2ag/error.h>

#include <clocale>

#include "catch.h"

using expression::Formula;

namespace {

std::string refusal(const std::string& text, const std::vector<std::string>& names = {"t", "h"}) {
  try {
    Formula formula(text, names);
  } catch (const m2ag::ConfigError& error) {
    return error.what();
  }
  return {};
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a formula computes with its names, in their order") {
  Formula formula("(t + h) / 2", {"h", "t"});
  CHECK(formula.evaluate({10, 20}) == 15.0);
  CHECK(Formula("max(t, h, 3)", {"t", "h"}).evaluate({1, 2}) == 3.0);
  CHECK(Formula("t > 25 && h < 40 ? 1 : 0", {"t", "h"}).evaluate({26, 30}) == 1.0);
  CHECK(Formula("2.5", {}).evaluate({}) == 2.5);
}

TEST_CASE("what is no number is no result") {
  CHECK_FALSE(Formula("1 / t", {"t"}).evaluate({0}));
  CHECK_FALSE(Formula("sqrt(t)", {"t"}).evaluate({-1}));
  CHECK_FALSE(Formula("t / t", {"t"}).evaluate({0}));
  CHECK_FALSE(Formula("exp(t)", {"t"}).evaluate({1e6}));
}

TEST_CASE("a formula that writes to a name writes for itself only") {
  Formula formula("t = t + 1", {"t"});
  CHECK(formula.evaluate({1}) == 2.0);
  CHECK(formula.evaluate({1}) == 2.0);
}

TEST_CASE("a wrong formula is refused with its place and what is wrong") {
  CHECK(has(refusal("t + x"), "formula: \"t + x\": "));
  CHECK(has(refusal("t + x"), "\"x\""));
  CHECK(has(refusal("(t"), "formula: "));
  CHECK(has(refusal(""), "formula: "));
  CHECK(has(refusal("t +"), "formula: "));
  CHECK(has(refusal("t", {"room-a"}), "inputs.room-a: "));
  CHECK(has(refusal("1", {"2t"}), "inputs: \"2t\": "));
}
