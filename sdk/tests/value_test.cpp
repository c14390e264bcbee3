#include <m2ag/value.h>

#include "catch.h"

using m2ag::ConfigError;
using m2ag::Value;

TEST_CASE("a value is of one kind, and says which") {
  CHECK(Value().is_null());
  CHECK(Value(true).is_bool());
  CHECK(Value(7).is_integer());
  CHECK(Value(7U).is_integer());
  CHECK(Value(0.5).is_number());
  CHECK_FALSE(Value(0.5).is_integer());
  CHECK(Value("text").is_text());
  CHECK(Value(Value::List{1, "two"}).is_list());
  CHECK(Value(Value::Map{{"a", 1}}).is_map());
  CHECK(std::string(Value().kind()) == "nothing");
  CHECK(std::string(Value(Value::Map{}).kind()) == "a map");
}

TEST_CASE("text is text, never a boolean: a pointer must not turn into true") {
  CHECK(Value("ON").is_text());
  CHECK(Value("ON").as_text() == "ON");
}

TEST_CASE("an integer is a number too, and not the other way round") {
  CHECK(Value(7).is_number());
  CHECK(Value(7).as_number() == 7.0);
  CHECK_THROWS_WITH(Value(7.5).as_integer(), "expected an integer, found a number");
}

TEST_CASE("to ask for another kind is a ConfigError with both kinds") {
  CHECK_THROWS_AS(Value("x").as_bool(), ConfigError);
  CHECK_THROWS_WITH(Value("x").as_bool(), "expected a boolean, found text");
  CHECK_THROWS_WITH(Value().as_text(), "expected text, found nothing");
  CHECK_THROWS_WITH(Value(1).as_list(), "expected a list, found an integer");
}

TEST_CASE("an entry that is not there is a null pointer, of a map and of anything else") {
  const Value map = Value::Map{{"a", 1}};
  REQUIRE(map.find("a") != nullptr);
  CHECK(*map.find("a") == Value(1));
  CHECK(map.find("b") == nullptr);
  CHECK(Value(1).find("a") == nullptr);
}

TEST_CASE("values compare by kind and content") {
  CHECK(Value(1) == Value(1));
  CHECK_FALSE(Value(1) == Value(1.0));
  CHECK(Value(Value::List{1, Value::Map{{"a", "b"}}}) == Value(Value::List{1, Value::Map{{"a", "b"}}}));
}
