#include "component/payload.h"

#include "catch.h"

using namespace m2ag;
using namespace m2ag::host;
using namespace std::chrono_literals;

namespace {

ChannelSpec boolean() {
  ChannelSpec spec;
  spec.name = "state";
  spec.type = ChannelType::boolean;
  return spec;
}

ChannelSpec level() {
  ChannelSpec spec;
  spec.name = "level";
  spec.unit = "%";
  spec.minimum = 0;
  spec.maximum = 100;
  return spec;
}

ChannelSpec mode() {
  ChannelSpec spec;
  spec.name = "mode";
  spec.type = ChannelType::text;
  spec.choices = {"eco", "boost"};
  return spec;
}

Value value_of(const std::variant<SetRequest, Refusal>& decoded) {
  INFO((std::holds_alternative<Refusal>(decoded) ? std::get<Refusal>(decoded).message : ""));
  REQUIRE(std::holds_alternative<SetRequest>(decoded));
  return std::get<Value>(std::get<SetRequest>(decoded).value);
}

Refusal refusal_of(const std::variant<SetRequest, Refusal>& decoded) {
  REQUIRE(std::holds_alternative<Refusal>(decoded));
  return std::get<Refusal>(decoded);
}

}  // namespace

TEST_CASE("every word for on and off is understood") {
  for (const char* word :
       {"ON", "on", "On", "true", "TRUE", "1", " on\n", "{\"value\":true}", "{\"value\":\"ON\"}", "{\"value\":1}"}) {
    CHECK(value_of(decode_set(word, boolean())) == Value(true));
  }
  for (const char* word : {"OFF", "off", "false", "0", "{\"value\":false}", "{\"value\":\"off\"}"}) {
    CHECK(value_of(decode_set(word, boolean())) == Value(false));
  }
  const auto toggle = decode_set("toggle", boolean());
  CHECK(std::holds_alternative<Toggle>(std::get<SetRequest>(toggle).value));
}

TEST_CASE("what is no boolean is refused with what was expected and found") {
  for (const char* word : {"", "maybe", "2", "ON OFF", "{\"value\":2}", "{\"value\":null}", "{\"value\":[]}"}) {
    const Refusal refusal = refusal_of(decode_set(word, boolean()));
    CHECK(refusal.code == "wrong_type");
    CHECK_THAT(refusal.message, Catch::Contains("expected ON, OFF"));
  }
  CHECK_THAT(refusal_of(decode_set("maybe", boolean())).message, Catch::Contains("found \"maybe\""));
}

TEST_CASE("numbers are read in the C locale and checked against the range") {
  CHECK(value_of(decode_set("21.5", level())) == Value(21.5));
  CHECK(value_of(decode_set("+7", level())) == Value(7.0));
  CHECK(value_of(decode_set(" 1e1 ", level())) == Value(10.0));
  CHECK(value_of(decode_set("{\"value\": 3}", level())) == Value(3.0));
  for (const char* word :
       {"NaN", "nan", "inf", "-inf", "1e999", "0x10", "21,5", "12 %", "", "{\"value\":\"x\"}", "{\"value\":true}"}) {
    CHECK(refusal_of(decode_set(word, level())).code == "wrong_type");
  }
  const Refusal high = refusal_of(decode_set("101", level()));
  CHECK(high.code == "out_of_range");
  CHECK(high.message == "level: 101 is out of range, expected 0 to 100 %");
  CHECK(refusal_of(decode_set("-0.1", level())).code == "out_of_range");
}

TEST_CASE("words are one of the choices") {
  CHECK(value_of(decode_set("eco", mode())) == Value("eco"));
  const Refusal refusal = refusal_of(decode_set("turbo", mode()));
  CHECK(refusal.message == "mode: expected one of eco, boost, found \"turbo\"");
}

TEST_CASE("a set may say for how long, and carry a transaction") {
  const auto decoded = decode_set(R"({"value":"ON","for":"10m","transaction":"a1"})", boolean());
  const auto& request = std::get<SetRequest>(decoded);
  CHECK(request.duration == std::optional<std::chrono::microseconds>(10min));
  CHECK(request.transaction == "a1");
  CHECK(refusal_of(decode_set(R"({"value":"ON","for":"soon"})", boolean())).code == "wrong_type");
  const Refusal no_unit = refusal_of(decode_set(R"({"value":"ON","for":5})", boolean()));
  CHECK(no_unit.code == "wrong_type");
  CHECK(no_unit.message == "for: expected a duration such as \"10m\", found \"5\"");
  CHECK(refusal_of(decode_set(R"({"value":"ON","for":"0s"})", boolean())).code == "out_of_range");
  CHECK(std::holds_alternative<SetRequest>(decode_set(R"({"value":"ON","for":"366d"})", boolean())));
  const Refusal too_long = refusal_of(decode_set(R"({"value":"ON","for":"8785h"})", boolean()));
  CHECK(too_long.code == "out_of_range");
  CHECK(too_long.message == "for: expected at most 366d");
  CHECK(refusal_of(decode_set(R"({"value":"ON","for":"99999999999999999999d"})", boolean())).code == "wrong_type");
  CHECK(refusal_of(decode_set(R"({"value":"ON","fro":"1s"})", boolean())).code == "bad_payload");
  CHECK(refusal_of(decode_set(R"({"for":"1s"})", boolean())).code == "bad_payload");
  CHECK(refusal_of(decode_set(R"({"value":)", boolean())).code == "bad_json");
}

TEST_CASE("what is not UTF-8 is refused, and never quoted back") {
  for (const char* payload : {"\xff", "ON\x80", "{\"value\":\"\xc0\xaf\"}"}) {
    CHECK(refusal_of(decode_set(payload, boolean())).code == "not_utf8");
  }
  CHECK(std::get<Refusal>(decode_run("{\"a\":\"\xff\"}")).code == "not_utf8");
  CHECK(std::get<Refusal>(decode_component_set("\xff")).code == "not_utf8");
}

TEST_CASE("a long payload is cut in the sentence, at a whole character") {
  const Refusal refusal = refusal_of(decode_set(std::string(39, 'x') + "äöü" + std::string(1000, 'y'), boolean()));
  CHECK(refusal.message.size() < 200);
  CHECK_THAT(refusal.message, Catch::Contains("…"));
}

TEST_CASE("a component's set is one value or several channels") {
  CHECK(std::get<ComponentSetRequest>(decode_component_set("ON")).channels.empty());
  CHECK(std::get<ComponentSetRequest>(decode_component_set(R"({"value":"ON","for":"1s"})")).channels.empty());
  const auto several =
      std::get<ComponentSetRequest>(decode_component_set(R"({"state":"ON","level":3,"transaction":7})"));
  CHECK(several.channels.size() == 2);
  CHECK(several.transaction == "7");
  CHECK(std::get<Refusal>(decode_component_set("{}")).code == "bad_payload");
  CHECK(std::get<Refusal>(decode_component_set("{]")).code == "bad_json");
}

TEST_CASE("arguments of a command are a JSON object or nothing") {
  CHECK(std::get<RunRequest>(decode_run("")).arguments.as_map().empty());
  const auto run = std::get<RunRequest>(decode_run(R"({"width":2,"transaction":"t"})"));
  CHECK(run.transaction == "t");
  CHECK(run.arguments.as_map().size() == 1);
  CHECK(std::get<Refusal>(decode_run("[1]")).code == "bad_json");
  CHECK(std::get<Refusal>(decode_run("5")).code == "bad_json");
}
