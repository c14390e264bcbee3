// What is hidden in the messages of a component, and what is left.
#include "component/redaction.h"

#include "catch.h"
#include "core/topic.h"

using namespace m2ag;
using namespace m2ag::host;

TEST_CASE("a secret is replaced wherever it stands") {
  const Redaction redact("api", Value::Map{{"token", "TOPSECRET"}, {"url", "http://here"}}, {"components.api.token"});
  CHECK(redact("no line TOPSECRET: this machine has no TOPSECRET") == "no line (secret): this machine has no (secret)");
  CHECK(redact("TOPSECRET") == "(secret)");
  CHECK(redact("http://here: TOPSECRE") == "http://here: TOPSECRE");
  CHECK(redact("") == "");
}

TEST_CASE("without a secret all is left as it is") {
  const Redaction redact("api", Value::Map{{"token", "TOPSECRET"}}, {});
  CHECK(redact("no line TOPSECRET") == "no line TOPSECRET");
}

TEST_CASE("secrets are found in groups and lists, and under a line that is one as a whole") {
  const Value settings = Value::Map{{"line", Value::Map{{"chip", "hidden-chip"}, {"offset", 17}}},
                                    {"words", Value::List{Value("open word"), Value("other word")}},
                                    {"pin", 4711}};
  const Redaction redact("door", settings, {"components.door.line", "components.door.words[1]", "components.door.pin"});
  CHECK(redact("hidden-chip open word other word 4711") == "(secret) open word (secret) (secret)");
}

TEST_CASE("of two secrets the longer one counts, and of a short one nothing is hidden") {
  const Redaction redact("api", Value::Map{{"a", "word"}, {"b", "wordier"}, {"c", "on"}},
                         {"components.api.a", "components.api.b", "components.api.c"});
  CHECK(redact("wordier word on") == "(secret) (secret) on");
}

TEST_CASE("a secret that a message cuts, or prints without its control characters, is hidden too") {
  const std::string umlauts = "äöüäöüäöüäöüäöü";
  const Redaction redact(
      "api", Value::Map{{"long", std::string(200, 'x')}, {"lines", "one line\nand another"}, {"u", umlauts}},
      {"components.api.long", "components.api.lines", "components.api.u"});
  CHECK(redact("\"" + std::string(60, 'x') + "…\"") == "\"(secret)…\"");
  CHECK(redact("one line and another") == "(secret)");
  CHECK(redact("one line\nand another") == "(secret)");
  CHECK(valid_utf8(redact(umlauts.substr(0, 20) + "…")));
  CHECK(redact(umlauts.substr(0, 20) + "ä").starts_with("(secret)"));
  CHECK(valid_utf8(redact(umlauts.substr(0, 20) + "ö")));
}
