#include "config/problem.h"

#include "catch.h"

namespace m2ag::host {
namespace {

TEST_CASE("a problem reads as file, line, column, path and sentence") {
  const Problem problem{
      {"greenhouse.yaml", 14, 5}, "components.pump.lines", "unknown key, did you mean \"line\"?", false};
  CHECK(to_string(problem) == "greenhouse.yaml:14:5: components.pump.lines: unknown key, did you mean \"line\"?");
  CHECK(to_string(Problem{{"a.yaml", 2, 1}, "", "a tab", true}) == "a.yaml:2:1: warning: a tab");
  CHECK(to_string(Problem{{"a.yaml", 0, 0}, "", "there is no such file", false}) == "a.yaml: there is no such file");
}

TEST_CASE("problems are told file by file, each in the order of its lines") {
  Problems problems;
  problems.meet("main.yaml");
  problems.error({"part.yaml", 1, 1}, "", "fourth");
  problems.error({"main.yaml", 9, 1}, "", "third");
  problems.warning({"main.yaml", 2, 7}, "", "second");
  problems.error({"main.yaml", 2, 3}, "", "first");
  CHECK(problems.text() ==
        "main.yaml:2:3: first\nmain.yaml:2:7: warning: second\nmain.yaml:9:1: third\npart.yaml:1:1: fourth\n");
  CHECK(problems.errors() == 3);
  CHECK(problems.warnings() == 1);
}

TEST_CASE("a warning alone is no error") {
  Problems problems;
  problems.warning({"a.yaml", 1, 1}, "", "x");
  CHECK_FALSE(problems.has_errors());
}

TEST_CASE("past the bound problems are counted, not kept") {
  Problems problems;
  for (int i = 1; i <= 130; ++i) problems.error({"a.yaml", i, 1}, "", "x");
  CHECK(problems.sorted().size() == Problems::kMost);
  CHECK(problems.left_out() == 30);
  CHECK(problems.text().ends_with("a.yaml:100:1: x\nand 30 more\n"));
}

}  // namespace
}  // namespace m2ag::host
