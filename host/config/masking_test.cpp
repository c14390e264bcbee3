#include "config/masking.h"

#include <stdexcept>

#include "catch.h"
#include "config/test_folder.h"
#include "config/test_types.h"

using namespace m2ag::host;

namespace {

const TestTypes kTypes;

/// The descriptor of that text, masked as it would be shown.
MaskedText masked(const TestFolder& folder, const std::string& text) {
  const auto file = folder.write("house.yaml", text);
  Problems ignored;
  const Sources sources = read_sources(file, Environment{}, ignored);
  return {text, file.string(), secret_places(sources, kTypes)[file.string()]};
}

std::string shown(const std::string& text) {
  const TestFolder folder;
  return masked(folder, text).text();
}

std::string back(const std::string& before, const std::string& changed) {
  const TestFolder folder;
  return masked(folder, before).unmask(changed, "house.yaml");
}

std::string problems_of(const std::string& before, const std::string& changed) {
  const TestFolder folder;
  const MaskedText text = masked(folder, before);
  Problems problems;
  Node document = read_document(changed, "house.yaml", problems);
  text.amend(document, problems);
  return problems.text();
}

}  // namespace

TEST_CASE("what is secret is masked where it stands, all else is as it was") {
  CHECK(shown("# köln\nmqtt: { url: 'mqtt://ä', password: hunter2 } # é\nlog: { level: info }\n") ==
        "# köln\nmqtt: { url: 'mqtt://ä', password: \"***\" } # é\nlog: { level: info }\n");
  CHECK(shown("mqtt:\n  username: me\n  password: \"a \\\" b\"  # why\n") ==
        "mqtt:\n  username: me\n  password: \"***\"  # why\n");
  CHECK(shown("mqtt:\n  password: 'it''s'\n") == "mqtt:\n  password: \"***\"\n");
  CHECK(shown("mqtt:\n  password: two words\n    and a line\n  url: x\n") == "mqtt:\n  password: \"***\"\n  url: x\n");
  CHECK(shown("mqtt:\n  password: |-\n    one\n\n    two\n  url: x\n") == "mqtt:\n  password: \"***\"\n  url: x\n");
  CHECK(shown("mqtt:\n  password: !!str &p 1234\n") == "mqtt:\n  password: !!str &p \"***\"\n");
  CHECK(shown("\xEF\xBB\xBFmqtt: { password: x }\r\n") == "\xEF\xBB\xBFmqtt: { password: \"***\" }\r\n");
  CHECK(shown("mqtt:\n  password: ${PW:-hunter2}\n") == "mqtt:\n  password: \"***\"\n");
  CHECK(shown("mqtt:\n  password: { a: hunter2 }\n") == "mqtt:\n  password: { a: \"***\" }\n");
}

TEST_CASE("what !secret names stays, and nothing is masked that is no secret") {
  const std::string text =
      "mqtt: { url: a, password: !secret pw, username: !secret user }\n"
      "components: { air: { type: bmp280, offset: 1 }, s: { type: store, token: \"\" } }\n";
  CHECK(shown(text) == text);
}

TEST_CASE("settings of components are masked as their plugin says, also by an alias or a merge") {
  CHECK(shown("components:\n  s: { type: store, token: t, pin: 1234, count: 3 }\n") ==
        "components:\n  s: { type: store, token: \"***\", pin: \"***\", count: 3 }\n");
  CHECK(shown("components:\n  r: { type: relay, name: &n t }\n  s: { type: store, token: *n }\n") ==
        "components:\n  r: { type: relay, name: &n \"***\" }\n  s: { type: store, token: *n }\n");
  CHECK(shown("components:\n  r: &all { token: t, type: store }\n  s: { <<: *all }\n") ==
        "components:\n  r: &all { token: \"***\", type: store }\n  s: { <<: *all }\n");
}

TEST_CASE("what nobody knows may be a secret") {
  CHECK(shown("mqtt: { pasword: x, url: y }\n") == "mqtt: { pasword: \"***\", url: y }\n");
  CHECK(shown("mqqt: { password: x }\n") == "mqqt: { password: \"***\" }\n");
  CHECK(shown("components:\n  s: { type: stroe, name: n, token: x, list: [a] }\n") ==
        "components:\n  s: { type: stroe, name: n, token: \"***\", list: [\"***\"] }\n");
  CHECK(shown("components: { r: { type: relay, lines: x } }\n") == "components: { r: { type: relay, lines: x } }\n");
  CHECK(shown("mqtt: { password: !nothing x }\n") == "mqtt: { password: !nothing \"***\" }\n");
}

TEST_CASE("a text that cannot be read is not shown") {
  const TestFolder folder;
  CHECK_THROWS_AS(masked(folder, "mqtt: { password: x\n"), std::runtime_error);
  CHECK_THROWS_AS(masked(folder, "mqtt: { password: x, password: y }\n"), std::runtime_error);
}

TEST_CASE("a file that is included, or lies in components.d, has places of its own") {
  const TestFolder folder;
  const auto file = folder.write("house.yaml", "mqtt: !include broker.yaml\n");
  const auto included = folder.write("broker.yaml", "password: x\n");
  const auto component = folder.write("components.d/s.yaml", "s:\n  type: store\n  token: x\n");
  Problems ignored;
  auto places = secret_places(read_sources(file, Environment{}, ignored), kTypes);
  CHECK(places[included.string()] == Places{{1, 11}});
  CHECK(places[component.string()] == Places{{3, 10}});
  CHECK(places[file.string()].empty());
}

TEST_CASE("a mask that comes back takes over the former value, byte for byte when nothing else has changed") {
  for (const char* text :
       {"mqtt: { url: a, password: hunter2 }\n", "mqtt:\n  password: 'it''s'  # why\n",
        "mqtt:\n  password: >\n    one\n    two\n\n  url: x\n", "components:\n  s: { type: store, pin: 1234 }\n",
        "mqtt:\n  password: !!str &p 1234\n", "mqtt:\n  password: ${PW}\n", "\xEF\xBB\xBFmqtt: { password: x }\r\n"}) {
    const TestFolder folder;
    const MaskedText before = masked(folder, text);
    CHECK(before.text() != text);
    CHECK(before.unmask(before.text(), "house.yaml") == text);
  }
}

TEST_CASE("a mask keeps its value where the text around it is another") {
  CHECK(back("mqtt:\n  password: a, b\n", "mqtt: { url: new, password: '***' }\n") ==
        "mqtt: { url: new, password: \"a, b\" }\n");
  CHECK(back("mqtt:\n  password: |\n    one\n    \"two\"\n", "mqtt: { password: \"***\" }\n") ==
        "mqtt: { password: \"one\\n\\\"two\\\"\\n\" }\n");
  CHECK(back("components:\n  s: { type: store, pin: 1234 }\n",
             "components:\n  first: { type: relay }\n  s:\n    type: store\n    pin: \"***\"\n") ==
        "components:\n  first: { type: relay }\n  s:\n    type: store\n    pin: 1234\n");
  CHECK(back("mqtt: { password: a }\n", "mqtt: { password: new }\n") == "mqtt: { password: new }\n");
}

TEST_CASE("a sentence that quotes a secret has the mask in its place") {
  const TestFolder folder;
  CHECK(masked(folder, "mqtt: { password: hunter2 }\n").redact("hunter2 is not hunter2") == "*** is not ***");
  CHECK(masked(folder, "mqtt: { password: a }\n").redact("a word") == "a word");
}

TEST_CASE("a mask without a former value is a problem with its place") {
  const std::string problem = problems_of("mqtt: { password: a }\n", "mqtt: { password: '***' }\nx:\n  y: '***'\n");
  CHECK(problem.starts_with("house.yaml:3:6: x.y: expected a value, found \"***\""));
  CHECK(problem.find("mqtt.password") == problem.npos);
  CHECK(problems_of("device: { name: '***' }\n", "device: { name: '***' }\n").empty());
}
