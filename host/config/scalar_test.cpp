#include "config/scalar.h"

#include <limits>

#include "catch.h"

namespace m2ag::host {
namespace {

Value core(std::string_view text) {
  Problems problems;
  const Node node = read_document(text, "f.yaml", problems);
  REQUIRE_FALSE(problems.has_errors());
  return core_value(node);
}

TEST_CASE("plain words by the core schema of YAML 1.2") {
  for (const char* text :
       {"on",  "off", "yes",  "no",  "On",   "tRUE",  "0x",   "0xg", "0o8", "1_000", "12:30", "1e",   "+-1",
        "--1", ".",   "0x-1", "10s", ".inf", "-.inf", ".nan", "inf", "nan", "1.2.3", "0b1",   "1e999"}) {
    INFO(text);
    CHECK(core(text) == Value(text));
  }
  for (const char* text : {"true", "True", "TRUE"}) CHECK(core(text) == Value(true));
  for (const char* text : {"false", "False", "FALSE"}) CHECK(core(text) == Value(false));
  CHECK(core("0x76") == Value(0x76));
  CHECK(core("0o17") == Value(15));
  CHECK(core("017") == Value(17));
  CHECK(core("-7") == Value(-7));
  CHECK(core("+7") == Value(7));
  CHECK(core("21.5") == Value(21.5));
  CHECK(core("-.5") == Value(-0.5));
  CHECK(core("5.") == Value(5.0));
  CHECK(core("1e3") == Value(1000.0));
  CHECK(core("\"1\"") == Value("1"));
  CHECK(core("~").is_null());
  CHECK(core("9223372036854775807") == Value(std::numeric_limits<std::int64_t>::max()));
  CHECK(core("9223372036854775808") == Value(9223372036854775808.0));
  CHECK(core("{a: [1, x]}") == Value(Value::Map{{"a", Value::List{1, "x"}}}));
}

TEST_CASE("where a boolean is wanted, on and yes are booleans too") {
  for (const char* text : {"on", "On", "ON", "yes", "true"}) CHECK(parse_wanted_boolean(text) == true);
  for (const char* text : {"off", "Off", "OFF", "no", "false"}) CHECK(parse_wanted_boolean(text) == false);
  for (const char* text : {"oN", "1", "0", "", "enabled"}) CHECK_FALSE(parse_wanted_boolean(text).has_value());
}

}  // namespace
}  // namespace m2ag::host
