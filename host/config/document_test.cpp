#include "config/document.h"

#include <chrono>
#include <string>

#include "catch.h"

namespace m2ag::host {
namespace {

std::string problems_of(std::string_view text) {
  Problems problems;
  read_document(text, "f.yaml", problems);
  return problems.text();
}

struct Case {
  const char* what;
  std::string text;
  std::string problems;
};

TEST_CASE("each mistake of syntax has its place and its sentence") {
  const Case cases[] = {
      {"tab before the first nested key", "a:\n\tb: 2\n", "f.yaml:2:1: a tab in the indentation; YAML wants spaces\n"},
      {"tab after spaces elsewhere", "a:\n  b: 1\n\tc: 2\n",
       "f.yaml:3:1: a tab in the indentation; YAML wants spaces\n"},
      {"too deep", "a:\n  b: 1\n   c: 2\n",
       "f.yaml:3:4: this line is indented deeper than line 2, which has a value already\n"},
      {"too shallow", "a:\n    b: 1\n  c: 2\n", "f.yaml:3:3: the indentation of this line fits no line above\n"},
      {"shallower than the first line", "  a: 1\nb: 2\n",
       "f.yaml:2:1: the indentation of this line fits no line above\n"},
      {"key after list", "- a\nb: 1\n", "f.yaml:2:1: the indentation of this line fits no line above\n"},
      {"two colons", "a: b: c\n",
       "f.yaml:1:5: a second \":\" in one line; if it belongs to the value, put the value in quotes\n"},
      {"no colon, then more", "a\nb: 1\n",
       "f.yaml:1:1: this line has no \":\", so the next one cannot be understood\n"},
      {"no space after colon, then more", "a:1\nb: 1\n", "f.yaml:1:2: a space is missing after \":\"\n"},
      {"no colon at the end", "a: 1\nb\n", "f.yaml:2:1: no \": \" after \"b\"\n"},
      {"open double quote", "a: \"x\nb: 1\n", "f.yaml:1:4: a: the quote that opens here is never closed\n"},
      {"open single quote", "a: 'it''s\nb: 1\n", "f.yaml:1:4: a: the quote that opens here is never closed\n"},
      {"open quote after a tag", "a: !secret \"x\nb: 1\n",
       "f.yaml:1:12: a: the quote that opens here is never closed\n"},
      {"open bracket", "a: [1, 2\nb: 3\n", "f.yaml:2:2: expected \",\" or \"]\": the \"[\" of line 1 is not closed\n"},
      {"open bracket at the end", "a: [x, y\n", "f.yaml:1:4: this \"[\" is never closed\n"},
      {"open brace at the end", "b: 1\na: {x: [1], y", "f.yaml:2:4: this \"{\" is never closed\n"},
      {"open bracket after a pair", "a: [x: 1, y\n: b",
       "f.yaml:2:1: expected \",\" or \"]\": the \"[\" of line 1 is not closed\n"},
      {"open brace", "a: {x: 1\nb: 3\n", "f.yaml:2:2: expected \",\" or \"}\": the \"{\" of line 1 is not closed\n"},
      {"variable in braces", "a: {id: ${hostname}}\n", "f.yaml:1:9: inside [ ] and { } a ${…} must be in quotes\n"},
      {"closes nothing", "a: ]\n", "f.yaml:1:4: \"]\" closes nothing\n"},
      {"at sign", "a: @x\n", "f.yaml:1:4: a value cannot begin with \"@\"; put it in quotes\n"},
      {"backquote", "a: `x`\n", "f.yaml:1:4: a value cannot begin with \"`\"; put it in quotes\n"},
      {"percent", "# c\n%a: x\n", "f.yaml:2:1: a line cannot begin with \"%\"; put the text in quotes\n"},
      {"list where a key belongs", "a: 1\n- b\n", "f.yaml:2:1: a list item (\"- \") stands where a key was expected\n"},
      {"list item on the key's line", "a: - b\n", "f.yaml:1:4: a list item (\"- \") must begin on a line of its own\n"},
      {"text after a quoted value", "a: \"x\" y\nb: 1\n",
       "f.yaml:1:8: unexpected text after the value; is a quote missing, or a \"#\" before a comment?\n"},
      {"unknown alias", "a: *x\n", "f.yaml:1:4: no anchor (&) of this name stands above\n"},
      {"alias to itself", "a: &q [*q]\n", "f.yaml:1:8: this alias stands inside the value it names\n"},
      {"unknown escape", "a: \"\\q\"\n",
       "f.yaml:1:7: unknown escape in a text in double quotes; write \\\\ for a backslash, or use single quotes\n"},
      {"second document", "a: 1\n---\nb: 2\n",
       "f.yaml:2:1: a second document; a descriptor is one document, without \"---\" between its parts\n"},
      {"second document after dots", "a: 1\n...\nb: 2\n",
       "f.yaml:2:1: a second document; a descriptor is one document, without \"---\" between its parts\n"},
      {"list as a key", "? [a]\n: b\n",
       "f.yaml:1:3: a key must be one word or text, not a list or map; is a bracket not closed?\n"},
      {"null as a key", "a:\n  ~: b\n", "f.yaml:2:3: a: a key is missing before \":\"\n"},
      {"key too long", "a: 1\n" + std::string(1100, 'x') + ": 1\n",
       "f.yaml:2:1: this key is too long, a key has at most 1024 characters\n"},
      {"key too long at a deeper level", "a:\n  \"" + std::string(1100, 'x') + "\": 1\n",
       "f.yaml:2:3: this key is too long, a key has at most 1024 characters\n"},
      {"key too long in a flow map", "a: { b: 1, " + std::string(1100, 'x') + ": 1 }\n",
       "f.yaml:1:12: a: this key is too long, a key has at most 1024 characters\n"},
      {"alias as a key", "a: &x 1\n*x : b\n", "f.yaml:2:1: an alias (*) cannot stand for a key\n"},
      {"tag on a key", "!secret a: b\n", "f.yaml:1:1: a tag (!secret) cannot stand before a key\n"},
      {"anchor on a key", "&x a: b\n",
       "f.yaml:1:1: an anchor (&) cannot stand before a key; put it before the value\n"},
      {"a key that would break the line", "\"a\\nb\\e[1m\": 1\n\"a\\nb\\e[1m\": 2\n",
       "f.yaml:2:1: \"a b [1m\": duplicate key, the first is on line 1\n"},
      {"column counts characters", "ä: \"ö\" ü\nb: 1\n",
       "f.yaml:1:8: unexpected text after the value; is a quote missing, or a \"#\" before a comment?\n"},
      {"not UTF-8", "a: 1\nb: \xFC\n", "f.yaml:2:4: not UTF-8 (byte 0xfc); save the file as UTF-8\n"},
      {"overlong UTF-8", "a: \xC0\xAF\n", "f.yaml:1:4: not UTF-8 (byte 0xc0); save the file as UTF-8\n"},
      {"control character", "a: x\x07\n", "f.yaml:1:5: a control character (0x07)\n"},
      {"yaml-cpp's end of file", std::string("a: 1\nb: \x04 2\n"), "f.yaml:2:4: a control character (0x04)\n"},
      {"zero byte", std::string("a: \0b\n", 6), "f.yaml:1:4: a control character (0x00)\n"},
  };
  for (const Case& each : cases) {
    INFO(each.what);
    CHECK(problems_of(each.text) == each.problems);
  }
}

TEST_CASE("what is unusual but right has no problem") {
  for (const char* text : {"", "# nothing\n", "---\na: 1\n", "%YAML 1.2\n---\na: 1\n", "a: 1\n...\n", "{a: 1}\n",
                           "a: ü\n  b", "a: |\n  it's \"so\n", "a: 'it''s'\n", "a: \"\\\"\"\n",
                           "\xEF\xBB\xBF"
                           "a: 1\n",
                           "a: 1\r\nb: 2\r\n", "a:\n  - x\n  -\n", "a: {}\nb: []\n", "? a\n: b\n"}) {
    INFO(text);
    CHECK(problems_of(text).empty());
  }
}

TEST_CASE("a duplicate key names the line of the first, and the rest is read on") {
  Problems problems;
  const Node root =
      read_document("components:\n  pump:\n    line: a\n    line: b\n  pump: {}\nlog: 1\nlog: 2\n", "f.yaml", problems);
  CHECK(problems.text() ==
        "f.yaml:4:5: components.pump.line: duplicate key, the first is on line 3\n"
        "f.yaml:5:3: components.pump: duplicate key, the first is on line 2\n"
        "f.yaml:7:1: log: duplicate key, the first is on line 6\n");
  CHECK(root.find("components")->value.find("pump")->value.find("line")->value.text == "a");
}

TEST_CASE("a key in quotes and the same key without are one key") {
  CHECK(problems_of("a: 1\n\"a\": 2\n") == "f.yaml:2:1: a: duplicate key, the first is on line 1\n");
}

TEST_CASE("marks name keys and values") {
  Problems problems;
  const Node root = read_document(
      "device: {id: gh}\ncomponents:\n  air:\n    address: 0x76\n    note:\n    ü: [é, x]\n", "f.yaml", problems);
  REQUIRE_FALSE(problems.has_errors());
  const Entry* device = root.find("device");
  CHECK(device->key_mark == Mark{"f.yaml", 1, 1});
  CHECK(device->value.mark == Mark{"f.yaml", 1, 9});
  CHECK(device->value.find("id")->value.mark == Mark{"f.yaml", 1, 14});
  const Entry* air = root.find("components")->value.find("air");
  CHECK(air->key_mark == Mark{"f.yaml", 3, 3});
  CHECK(air->value.find("address")->value.mark == Mark{"f.yaml", 4, 14});
  CHECK(air->value.find("note")->value.mark == Mark{"f.yaml", 5, 5});
  CHECK(air->value.find("ü")->value.items.at(1).mark == Mark{"f.yaml", 6, 12});
}

TEST_CASE("scalars keep their text, and whether they were quoted") {
  Problems problems;
  const Node root = read_document("a: on\nb: \"on\"\nc: |\n  on\nd: ~\ne: !!str 1\nf: !secret x\n", "f.yaml", problems);
  REQUIRE_FALSE(problems.has_errors());
  CHECK(root.find("a")->value.text == "on");
  CHECK_FALSE(root.find("a")->value.quoted);
  CHECK(root.find("b")->value.quoted);
  CHECK(root.find("c")->value.quoted);
  CHECK(root.find("d")->value.is_null());
  CHECK(root.find("e")->value.tag == "tag:yaml.org,2002:str");
  CHECK(root.find("f")->value.tag == "!secret");
  CHECK(root.find("f")->value.text == "x");
}

TEST_CASE("an alias is a copy of what its anchor names, the newest of that name") {
  Problems problems;
  const Node root = read_document("a: &x {p: [1, 2]}\nb: *x\nc: &x 7\nd: *x\ne: [*x, *x]\n", "f.yaml", problems);
  REQUIRE_FALSE(problems.has_errors());
  CHECK(root.find("b")->value.find("p")->value.items.at(1).text == "2");
  CHECK(root.find("d")->value.text == "7");
  CHECK(root.find("e")->value.items.at(1).text == "7");
}

TEST_CASE("an alias bomb is refused in no time") {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) bomb += (k == 0 ? "" : ", ") + before;
    bomb += "]\n";
  }
  Problems problems;
  const auto begin = std::chrono::steady_clock::now();
  CHECK(read_document(bomb, "f.yaml", problems).is_invalid());
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
  CHECK(problems.text() == "f.yaml:5:45: more than 100000 values, aliases and included files expanded\n");
}

TEST_CASE("depth is bounded, through aliases too") {
  const std::string deep = "a: " + std::string(63, '[') + std::string(63, ']') + "\n";
  CHECK(problems_of(deep).empty());
  const std::string too_deep = "a: " + std::string(64, '[') + std::string(64, ']') + "\n";
  CHECK(problems_of(too_deep) == "f.yaml:1:67: nested deeper than 64 levels\n");
  const std::string by_alias = "a: &x " + std::string(40, '[') + std::string(40, ']') + "\nb: " + std::string(40, '[') +
                               "*x" + std::string(40, ']') + "\n";
  CHECK(problems_of(by_alias) == "f.yaml:2:44: nested deeper than 64 levels\n");
  std::string steps;
  for (int i = 0; i < 80; ++i) steps += "- ";
  CHECK(problems_of(steps) == "f.yaml:1:129: nested deeper than 64 levels\n");
}

TEST_CASE("a file of one long line is read in no time, and its columns are right") {
  std::string text = "[";
  for (int i = 0; i < 100'000; ++i) text += "ü,";
  text += "]\n";
  const auto begin = std::chrono::steady_clock::now();
  CHECK(problems_of(text) == "f.yaml:1:200000: more than 100000 values, aliases and included files expanded\n");
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
}

TEST_CASE("columns are right wherever the bookkeeping's blocks end") {
  for (std::size_t length = 250; length < 262; ++length) {
    const std::string text = "a: \"" + std::string(length, 'x') + "ü\" y\nb: 1\n";
    CHECK(problems_of(text).starts_with("f.yaml:1:" + std::to_string(length + 8) + ": unexpected text"));
    CHECK(problems_of(text.substr(0, length) + "\xFF")
              .starts_with("f.yaml:1:" + std::to_string(length + 1) + ": not UTF-8"));
  }
}

TEST_CASE("values and bytes are bounded") {
  std::string many = "a:\n";
  for (int i = 0; i < 100'001; ++i) many += "- 1\n";
  CHECK(problems_of(many) == "f.yaml:100000:3: more than 100000 values, aliases and included files expanded\n");
  CHECK(problems_of(std::string(1024 * 1024 + 1, '#')) == "f.yaml: the file is larger than 1 MiB\n");
  CHECK(problems_of(std::string(1024 * 1024, '#')).empty());
}

}  // namespace
}  // namespace m2ag::host
