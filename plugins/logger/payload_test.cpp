#include "payload.h"

#include <string>

#include "catch.h"

using logger::read_bare;

TEST_CASE("a bare payload is a number, on or off, or a text") {
  CHECK(read_bare("21.47") == m2ag::Value(21.47));
  CHECK(read_bare("-3") == m2ag::Value(-3.0));
  CHECK(read_bare("1e3") == m2ag::Value(1000.0));
  CHECK(read_bare("ON") == m2ag::Value(true));
  CHECK(read_bare("false") == m2ag::Value(false));
  CHECK(read_bare("closed") == m2ag::Value("closed"));
  CHECK(read_bare("21.47 °C") == m2ag::Value("21.47 °C"));
}

TEST_CASE("what is no value is none") {
  for (const char* text : {"", "nan", "inf", "-inf", "1e999", "\xff\xfe"}) CHECK_FALSE(read_bare(text));
  CHECK_FALSE(read_bare(std::string(1025, 'x')));
  CHECK(read_bare(std::string(1024, 'x')));
}
