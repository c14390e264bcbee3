#include "plugin/contract.h"

#include <sstream>

#include "catch.h"
#include "plugin/contract_type.h"
#include "plugin/test_fixture.h"

using namespace m2ag;
using namespace m2ag::host;
using Catch::Contains;

namespace {

struct Outcome {
  bool kept;
  std::string text;
};

Outcome check(const std::string& name, std::chrono::milliseconds patience = std::chrono::seconds(20)) {
  std::ostringstream out;
  const bool kept = check_contract(fixture(name), M2AG_PLUGIN_CHILD, out, patience);
  return {kept, out.str()};
}

void expect_finding(const std::string& name, const std::string& finding) {
  const Outcome outcome = check(name);
  INFO(outcome.text);
  REQUIRE_FALSE(outcome.kept);
  REQUIRE_THAT(outcome.text, Contains(finding));
}

}  // namespace

TEST_CASE("a plugin with nothing wrong keeps the contract, to the unmapping of its library") {
  const Outcome outcome = check("lamp");
  INFO(outcome.text);
  REQUIRE(outcome.kept);
  REQUIRE_THAT(outcome.text, Contains("ok    exports m2ag_plugin alone"));
  REQUIRE_THAT(outcome.text, Contains("ok    lamp: starts and stops 100 times"));
  REQUIRE_THAT(outcome.text, Contains("ok    thermometer (simulated)"));
  REQUIRE_THAT(outcome.text, Contains("ok    unloads\nlamp.so keeps the contract"));
}

TEST_CASE("each way to break the contract is a finding that says what broke") {
  expect_finding("shows_more", "FAIL  exports m2ag_plugin alone: it exports");
  expect_finding("newer_minor", "FAIL  loads and describes itself: it threw: built with SDK " + sdk_version(1));
  expect_finding("crashes_at_load", "FAIL  loads and describes itself: crashed with SIGABRT");
  expect_finding("describes_unlike", "it described itself in another way the second time");
  expect_finding("refuses_defaults",
                 "is made with its defaults, and destroyed: it threw: word: \"default\" does not please");
  expect_finding("keeps_line", "it still holds line GPIO4 after stop()");
  expect_finding("throws_int", "it threw something that is no std::exception");
  expect_finding("crashes_in_start",
                 "FAIL  faulty: starts and stops 100 times, and contains its exceptions: crashed with SIGABRT");
  expect_finding("publishes_unknown", "it published on \"elsewhere\", which it does not describe");
  expect_finding("publishes_text", "it published text on \"value\"");
}

TEST_CASE("a plugin that hangs is a finding after the patience, and its process is ended") {
  const Outcome outcome = check("hangs_in_start", std::chrono::milliseconds(1500));
  REQUIRE_FALSE(outcome.kept);
  REQUIRE_THAT(outcome.text, Contains("contains its exceptions: hangs for more than 1500 ms"));
}

TEST_CASE("settings for a plugin's check are what must be given, as a descriptor says it") {
  const Value settings = example_settings({
      {.name = "default", .default_value = 5},
      {.name = "count", .type = ParamType::integer, .minimum = 4, .maximum = 9, .required = true},
      {.name = "wait", .type = ParamType::duration, .maximum = 1000, .required = true},
      {.name = "pause", .type = ParamType::duration, .required = true, .example = 2'000'000},
      {.name = "room", .type = ParamType::size, .minimum = 65536, .required = true},
      {.name = "word", .choices = {"a", "b"}, .required = true},
      {.name = "host", .required = true, .example = "broker"},
      {.name = "group", .type = ParamType::group, .required = true, .fields = {{.name = "inner", .required = true}}},
  });
  REQUIRE(settings == Value(Value::Map{{"count", 4},
                                       {"wait", "1ms"},
                                       {"pause", "2s"},
                                       {"room", "64KiB"},
                                       {"word", "a"},
                                       {"host", "broker"},
                                       {"group", Value::Map{{"inner", "example"}}}}));
}
