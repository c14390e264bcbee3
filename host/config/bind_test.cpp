#include "config/bind.h"

#include <m2ag/testing.h>

#include "catch.h"
#include "config/test_types.h"
#include "core/json.h"

namespace m2ag::host {
namespace {

struct Bound {
  Value settings;
  std::string problems;
};

Bound bound(std::string_view type, std::string_view text) {
  static const TestTypes types;
  Problems problems;
  const Node node = read_document(text, "f.yaml", problems);
  Value settings = bind_settings(node, types.find_type(type)->params, {"f.yaml", 9, 1}, "components.x", problems);
  return {std::move(settings), problems.text()};
}

TEST_CASE("defaults are filled in, groups by their own") {
  const Bound relay = bound("relay", "line: GPIO17\n");
  CHECK(relay.problems.empty());
  CHECK(dump_json(relay.settings) ==
        R"({"active_low":false,"interlock":[],"line":"GPIO17","restore":"last","safe":{"state":"off"}})");
  const Bound store = bound("store", "");
  CHECK(store.problems.empty());
  CHECK(dump_json(store.settings) == R"({"code":118,"count":0,"rooms":{},"size":65536})");
}

TEST_CASE("every kind of parameter takes what a person would write") {
  const Bound relay = bound("relay",
                            "line: {chip: pinctrl-rp1, offset: 17}\nactive_low: yes\nrestore: off\nmax_on: 10m\n"
                            "safe: {state: on, on_disconnect: \"30s\"}\ninterlock: [valve, heater]\n");
  CHECK(relay.problems.empty());
  CHECK(
      dump_json(relay.settings) ==
      R"({"active_low":true,"interlock":["valve","heater"],"line":{"chip":"pinctrl-rp1","offset":17},"max_on":600000000,"restore":"off",)"
      R"("safe":{"on_disconnect":30000000,"state":"on"}})");
  const Bound store = bound(
      "store",
      "size: 64KiB\ncode: 0x77\ntoken: 0123\nrooms: {hall: {name: Hall, seats: 0x10}, attic: {name: \"7\"}}\ncount: -5\n");
  CHECK(store.problems.empty());
  CHECK(
      dump_json(store.settings) ==
      R"({"code":119,"count":-5,"rooms":{"attic":{"name":"7","seats":1},"hall":{"name":"Hall","seats":16}},"size":65536,"token":"0123"})");
  const Bound air = bound("bmp280", "address: 119\noffset: 3\n");
  CHECK(air.problems.empty());
  CHECK(air.settings.find("offset")->is_number());
  CHECK_FALSE(air.settings.find("offset")->is_integer());
}

TEST_CASE("each mistake has its place and its sentence") {
  struct Case {
    const char* type;
    const char* text;
    const char* problems;
  };
  const Case cases[] = {
      {"relay", "lines: GPIO17\nline: GPIO17\n",
       "f.yaml:1:1: components.x.lines: unknown key, did you mean \"line\"?\n"},
      {"relay", "line: GPIO17\nqwertz: 1\n",
       "f.yaml:2:1: components.x.qwertz: unknown key, known are line, active_low, restore, max_on, safe, interlock\n"},
      {"relay", "active_low: true\n",
       "f.yaml:9:1: components.x: the required key \"line\" is missing (GPIO line that drives the relay)\n"},
      {"relay", "line:\n",
       "f.yaml:1:1: components.x.line: expected a line's name such as GPIO17, or chip and offset, found nothing\n"},
      {"relay", "line: [17]\n",
       "f.yaml:1:7: components.x.line: expected a line's name such as GPIO17, or chip and offset, found a list\n"},
      {"relay", "line: \"\"\n",
       "f.yaml:1:7: components.x.line: expected a line's name such as GPIO17, or chip and offset, found \"\"\n"},
      {"relay", "line: {chip: x}\n", "f.yaml:1:1: components.x.line: the required key \"offset\" is missing\n"},
      {"relay", "line: {chip: x, offset: 17, name: y}\n",
       "f.yaml:1:29: components.x.line.name: unknown key, known are chip, offset\n"},
      {"relay", "line: a\nactive_low: 1\n",
       "f.yaml:2:13: components.x.active_low: expected a boolean (true or false), found \"1\"\n"},
      {"relay", "line: a\nactive_low: \"true\"\n",
       "f.yaml:2:13: components.x.active_low: expected a boolean (true or false), found \"true\" in quotes; take them away\n"},
      {"relay", "line: a\nrestore: lst\n",
       "f.yaml:2:10: components.x.restore: \"lst\" is not one of off, on, last, did you mean \"last\"?\n"},
      {"relay", "line: a\nrestore: [on]\n", "f.yaml:2:10: components.x.restore: expected text, found a list\n"},
      {"relay", "line: a\nmax_on: ten\n",
       "f.yaml:2:9: components.x.max_on: expected a duration such as 10s, found \"ten\"\n"},
      {"relay", "line: a\nmax_on: 10\n",
       "f.yaml:2:9: components.x.max_on: expected a duration such as 10s, found \"10\": the unit is missing, one of us, ms, s, m, h, d\n"},
      {"relay", "line: a\nmax_on: 1.5h\n",
       "f.yaml:2:9: components.x.max_on: expected a duration such as 10s, found \"1.5h\": only whole numbers; take a smaller unit\n"},
      {"relay", "line: a\nmax_on: 2d\n", "f.yaml:2:9: components.x.max_on: 2d is out of range, expected 1s to 1h\n"},
      {"relay", "line: a\nsafe: on\n", "f.yaml:2:7: components.x.safe: expected a map of settings, found \"on\"\n"},
      {"relay", "line: a\nsafe: state:on\n",
       "f.yaml:2:7: components.x.safe: expected a map of settings, found \"state:on\"; is a space missing after \":\"?\n"},
      {"relay", "line: a\nsafe: {stat: on}\n",
       "f.yaml:2:8: components.x.safe.stat: unknown key, did you mean \"state\"?\n"},
      {"relay", "line: a\ninterlock: valve\n",
       "f.yaml:2:12: components.x.interlock: expected a list, found \"valve\"; write [valve]\n"},
      {"relay", "line: a\ninterlock:\n  - valve\n  - [x]\n  -\n",
       "f.yaml:4:5: components.x.interlock[1]: expected text, found a list\nf.yaml:5:3: components.x.interlock[2]: expected text, found nothing\n"},
      {"bmp280", "address: 0x99\n", "f.yaml:1:10: components.x.address: 0x99 is not one of 0x76, 0x77\n"},
      {"bmp280", "address: abc\n",
       "f.yaml:1:10: components.x.address: expected an integer such as 0x76, found \"abc\"\n"},
      {"bmp280", "offset: 21 °C\n", "f.yaml:1:9: components.x.offset: expected a number (°C), found \"21 °C\"\n"},
      {"bmp280", "offset: .inf\n", "f.yaml:1:9: components.x.offset: expected a number (°C), found \".inf\"\n"},
      {"bmp280", "offset: -10.5\n", "f.yaml:1:9: components.x.offset: -10.5 is out of range, expected -10 to 10\n"},
      {"store", "code: 0x99\n", "f.yaml:1:7: components.x.code: 0x99 is out of range, expected 0x76 to 0x77\n"},
      {"store", "count: 99999999999999999999\n",
       "f.yaml:1:8: components.x.count: 99999999999999999999 is out of range\n"},
      {"store", "count: 1.0\n", "f.yaml:1:8: components.x.count: expected an integer, found \"1.0\"\n"},
      {"store", "count: \"1\"\n",
       "f.yaml:1:8: components.x.count: expected an integer, found \"1\" in quotes; take them away\n"},
      {"store", "size: 64K\n", "f.yaml:1:7: components.x.size: expected a size such as 64KiB, found \"64K\"\n"},
      {"store", "size: 64\n",
       "f.yaml:1:7: components.x.size: expected a size such as 64KiB, found \"64\": the unit is missing, one of B, KiB, MiB, GiB, TiB\n"},
      {"store", "size: 2MiB\n", "f.yaml:1:7: components.x.size: 2MiB is out of range, expected 1KiB to 1MiB\n"},
      {"store", "token: [x]\n", "f.yaml:1:8: components.x.token: expected text, found a list\n"},
      {"store", "pin: hunter2\n", "f.yaml:1:6: components.x.pin: expected an integer, found a secret\n"},
      {"store", "pin: 31337\n", "f.yaml:1:6: components.x.pin: the secret is out of range, expected 1000 to 9999\n"},
      {"store", "rooms: [x]\n", "f.yaml:1:8: components.x.rooms: expected a map, found a list\n"},
      {"store", "rooms: {Hall: {name: x}}\n",
       "f.yaml:1:9: components.x.rooms.Hall: a key here is 1 to 63 of a-z, 0-9 and \"-\"\n"},
      {"store", "rooms: {hall: {}, attic: {name: \"\"}}\n",
       "f.yaml:1:9: components.x.rooms.hall: the required key \"name\" is missing (for people)\n"
       "f.yaml:1:33: components.x.rooms.attic.name: expected text, found an empty text\n"},
      {"store", "- x\n", "f.yaml:1:1: components.x: expected a map of settings, found a list\n"},
      {"store", "a b: 1\n",
       "f.yaml:1:1: components.x.\"a b\": unknown key, known are size, code, token, pin, rooms, count\n"},
  };
  for (const Case& each : cases) {
    INFO(each.text);
    CHECK(bound(each.type, each.text).problems == each.problems);
  }
}

TEST_CASE("all mistakes of one component come in one run, and the good values stay") {
  const Bound relay = bound("relay", "line: GPIO17\nactive_lo: true\nmax_on: ten\nrestore: never\nsafe: {state: of}\n");
  CHECK(relay.problems ==
        "f.yaml:2:1: components.x.active_lo: unknown key, did you mean \"active_low\"?\n"
        "f.yaml:3:9: components.x.max_on: expected a duration such as 10s, found \"ten\"\n"
        "f.yaml:4:10: components.x.restore: \"never\" is not one of off, on, last\n"
        "f.yaml:5:15: components.x.safe.state: \"of\" is not one of off, on, did you mean \"off\"?\n");
  CHECK(relay.settings.find("line")->as_text() == "GPIO17");
}

TEST_CASE("a value from !secret is never shown, whatever is wrong with it") {
  static const TestTypes types;
  for (const char* key : {"line", "active_low", "restore", "max_on", "safe", "interlock"}) {
    Problems problems;
    Node node = read_document(std::string(key) + ": hunter2\n", "f.yaml", problems);
    node.entries.front().value.secret = true;
    bind_settings(node, types.find_type("relay")->params, {}, "", problems);
    INFO(problems.text());
    CHECK(problems.text().find("hunter2") == std::string::npos);
  }
}

TEST_CASE("paths of secrets are told to who asks") {
  static const TestTypes types;
  Problems problems;
  Node node = read_document("token: x\nrooms: {hall: {name: y}}\n", "f.yaml", problems);
  node.find("token")->value.secret = true;
  node.find("rooms")->value.find("hall")->value.find("name")->value.secret = true;
  std::vector<std::string> secrets;
  BindOptions options;
  options.secrets = &secrets;
  bind_settings(node, types.find_type("store")->params, {}, "components.x", problems, options);
  CHECK(secrets == std::vector<std::string>{"components.x.token", "components.x.rooms.hall.name"});
}

TEST_CASE("what bind gives fits the struct it was described by") {
  static const TestTypes types;
  for (const ComponentSpec* type : types.types()) {
    Problems problems;
    const Node node = read_document("line: GPIO17\n", "f.yaml", problems);
    BindOptions options;
    options.unknown_keys = true;
    const Value settings = bind_settings(node, type->params, {}, "", problems, options);
    CHECK_FALSE(problems.has_errors());
    testing::FakeContext context;
    CHECK(type->create(context, settings) != nullptr);
  }
}

TEST_CASE("one value, such as a register's, and values from JSON") {
  static const TestTypes types;
  const auto& params = types.find_type("relay")->params;
  Problems problems;
  CHECK(bind_value(to_node("10m"), params[3], "max_on", problems) == Value(600'000'000));
  CHECK(bind_value(to_node(true), params[1], "active_low", problems) == Value(true));
  CHECK(bind_value(to_node(Value::Map{{"state", "on"}}), params[4], "safe", problems).find("state")->as_text() == "on");
  CHECK(bind_value(to_node(-2.5), types.find_type("bmp280")->params[2], "offset", problems) == Value(-2.5));
  CHECK_FALSE(problems.has_errors());
  CHECK(bind_value(to_node(7), params[3], "max_on", problems).is_null());
  CHECK(bind_value(to_node("x"), params[1], "active_low", problems).is_null());
  CHECK(problems.text() ==
        "max_on: expected a duration such as 10s, found \"7\": the unit is missing, one of us, ms, s, m, h, d\n"
        "active_low: expected a boolean (true or false), found \"x\"\n");
}

}  // namespace
}  // namespace m2ag::host
