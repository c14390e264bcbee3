#include "core/json.h"

#include <limits>

#include "catch.h"

using namespace m2ag;
using namespace m2ag::host;

TEST_CASE("JSON and values go both ways") {
  std::string error;
  for (const char* text : {"null", "true", "-7", "2.5", "\"ON\"", "[1,\"a\",null]", "{\"a\":{\"b\":[]}}"}) {
    const auto value = parse_json(text, error);
    REQUIRE(value.has_value());
    CHECK(dump_json(*value) == text);
  }
}

TEST_CASE("numbers that no integer holds become numbers") {
  std::string error;
  CHECK(parse_json("18446744073709551615", error)->as_number() == Approx(1.8446744073709552e19));
  CHECK(parse_json("9223372036854775807", error)->as_integer() == std::numeric_limits<std::int64_t>::max());
}

TEST_CASE("what is not JSON is nothing, with a reason") {
  std::string error;
  for (const char* text : {"", "{", "{\"a\":}", "nan", "[1,]", "{'a':1}", "\"\xff\"", "1 2"}) {
    error.clear();
    CHECK_FALSE(parse_json(text, error).has_value());
    CHECK_FALSE(error.empty());
  }
}

TEST_CASE("a key that is there twice in one object is refused, whatever the values") {
  std::string error;
  for (const char* text : {R"({"a":1,"a":1})", R"([{"b":{"a":1,"c":2,"a":3}}])", R"({"\u0061":1,"a":2})"}) {
    CHECK_FALSE(parse_json(text, error).has_value());
    CHECK(error == "the key \"a\" is there twice");
  }
  CHECK_FALSE(parse_json("{\"" + std::string(100, 'x') + "\":1,\"" + std::string(100, 'x') + "\":1}", error));
  CHECK(error.size() < 80);
  CHECK(parse_json(R"([{"a":1},{"a":{"a":2}},{"b":"a","a":"a"}])", error).has_value());
}

TEST_CASE("deep nesting is refused before anything is built") {
  std::string error;
  CHECK(parse_json(std::string(16, '[') + std::string(16, ']'), error).has_value());
  CHECK_FALSE(parse_json(std::string(17, '[') + std::string(17, ']'), error).has_value());
  CHECK_FALSE(parse_json(std::string(60000, '['), error).has_value());
  CHECK_THAT(error, Catch::Contains("16 levels"));
  CHECK(parse_json("\"" + std::string(100, '[') + "\"", error).has_value());
}

TEST_CASE("text that is not UTF-8 is replaced, not thrown") { CHECK_FALSE(dump_json(Value("a\xff")).empty()); }
