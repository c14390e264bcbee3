#include "config/substitute.h"

#include "catch.h"

namespace m2ag::host {
namespace {

TEST_CASE("variables and the host's name are put in") {
  const Environment environment{{{"ROOM", "green"}, {"EMPTY", ""}, {"TRAP", "${ROOM}"}}, "pi4"};
  struct Case {
    const char* text;
    const char* expected;
    bool whole;
  };
  for (const Case& each :
       {Case{"plain $ and {} and $", "plain $ and {} and $", false}, Case{"${ROOM}house", "greenhouse", false},
        Case{"${ROOM}", "green", true}, Case{"a ${hostname} b", "a pi4 b", false}, Case{"$${ROOM}", "${ROOM}", false},
        Case{"x$${ROOM}-${ROOM}", "x${ROOM}-green", false}, Case{"${TRAP}", "${ROOM}", true},
        Case{"${EMPTY}x", "x", false}, Case{"${ROOM}${ROOM}", "greengreen", false}}) {
    const Substitution result = substitute(each.text, environment);
    CHECK(result.text == each.expected);
    CHECK(result.error.empty());
    CHECK(result.whole == each.whole);
  }
}

TEST_CASE("what cannot be put in is said") {
  const Environment environment{{{"GREENHOUSE_ROOM", "x"}}, "pi4"};
  CHECK(substitute("${HOSTNAM}", environment).error ==
        "the environment variable HOSTNAM is not set, did you mean \"hostname\"?");
  CHECK(substitute("${GREENHOUSE_ROM}", environment).error ==
        "the environment variable GREENHOUSE_ROM is not set, did you mean \"GREENHOUSE_ROOM\"?");
  CHECK(substitute("${QQ}", environment).error == "the environment variable QQ is not set");
  CHECK(substitute("x ${A", environment).error == "a \"${\" without \"}\"; write $${ for the characters themselves");
  CHECK(substitute("${a b}", environment).error ==
        "${a b} names no environment variable; write $${ for the characters themselves");
  CHECK(substitute("${}", environment).error ==
        "${} names no environment variable; write $${ for the characters themselves");
}

TEST_CASE("a variable of the name hostname wins over the host's name") {
  CHECK(substitute("${hostname}", Environment{{{"hostname", "mine"}}, "pi4"}).text == "mine");
}

}  // namespace
}  // namespace m2ag::host
