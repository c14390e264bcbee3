// What a register's payload may be, and how a value is written.
#include "component/register_value.h"

#include <m2ag/param_table.h>

#include "catch.h"

using namespace m2ag;
using namespace m2ag::host;

namespace {

struct Alarm {
  double above = 30;
  std::chrono::microseconds pause{60'000'000};
  static void describe(ParamTable<Alarm>& table) {
    table.param("above", &Alarm::above, "alarm from here on").range(-40, 125);
    table.param("pause", &Alarm::pause, "time between two");
  }
};

struct Params {
  bool flag = false;
  std::int64_t count = 1;
  std::uint8_t address = 0x76;
  double gain = 1;
  std::string word, text;
  std::chrono::microseconds time{0};
  Bytes size;
  std::vector<std::chrono::microseconds> times;
  Alarm alarm;
};

const ParamSpec& spec(std::string_view name) {
  static const std::vector<ParamSpec> specs = [] {
    ParamTable<Params> table;
    table.param("flag", &Params::flag, "").param("count", &Params::count, "").range(1, 10);
    table.param("address", &Params::address, "").hexadecimal().param("gain", &Params::gain, "");
    table.param("word", &Params::word, "").one_of({"eco", "comfort"}).param("text", &Params::text, "");
    table.param("time", &Params::time, "").range(std::chrono::seconds(1), std::chrono::hours(1));
    table.param("size", &Params::size, "").param("times", &Params::times, "").param("alarm", &Params::alarm, "");
    return table.specs();
  }();
  return *std::ranges::find(specs, name, &ParamSpec::name);
}

/// The value as its topic has it, or the refusal.
std::string taken(std::string_view name, std::string_view payload) {
  const auto decoded = decode_register(payload, spec(name));
  if (const auto* refusal = std::get_if<Refusal>(&decoded)) return refusal->code + ": " + refusal->message;
  return register_text(std::get<RegisterRequest>(decoded).value, spec(name));
}

}  // namespace

TEST_CASE("a register takes the bare value and the one in an object, and says it in one way") {
  struct Case {
    const char *name, *payload, *text;
  };
  const Case cases[] = {
      {"flag", "ON", "ON"},
      {"flag", "off", "OFF"},
      {"flag", "1", "ON"},
      {"flag", R"({"value": false})", "OFF"},
      {"flag", R"({"value": "true", "transaction": "t"})", "ON"},
      {"count", " 7\n", "7"},
      {"count", R"({"value": 7})", "7"},
      {"count", R"({"value": "7"})", "7"},
      {"address", "0x77", "0x77"},
      {"address", "118", "0x76"},
      {"gain", "-2.50", "-2.5"},
      {"gain", "3", "3"},
      {"word", "eco", "eco"},
      {"text", " two words ", " two words "},
      {"text", R"({"value": "7"})", "7"},
      {"time", "90s", "90s"},
      {"time", "120s", "2m"},
      {"size", "65536B", "64KiB"},
      {"times", R"(["10s", "60s"])", R"(["10s","1m"])"},
      {"times", R"({"value": "[\"5s\"]"})", R"(["5s"])"},
      {"times", "[]", "[]"},
      {"alarm", R"({"above": 40, "pause": "2m"})", R"({"above":40.0,"pause":"2m"})"},
      {"alarm", R"({"value": {"above": 41}, "transaction": "t"})", R"({"above":41.0,"pause":"1m"})"},
  };
  for (const Case& each : cases) {
    INFO(each.name << " " << each.payload);
    CHECK(taken(each.name, each.payload) == each.text);
    CHECK(taken(each.name, each.text) == each.text);
  }
}

TEST_CASE("a wrong value of a register is refused with a sentence") {
  struct Case {
    const char *name, *payload, *sentence;
  };
  const Case cases[] = {
      {"flag", "maybe", R"(bad_value: flag: expected a boolean (true or false), found "maybe")"},
      {"count", "0", "bad_value: count: 0 is out of range, expected 1 to 10"},
      {"count", "1.5", R"(bad_value: count: expected an integer, found "1.5")"},
      {"count", "", R"(bad_value: count: expected an integer, found "")"},
      {"count", R"({"value": null})", "bad_value: count: expected an integer, found nothing"},
      {"gain", "NaN", R"(bad_value: gain: expected a number, found "NaN")"},
      {"word", "eko", R"(bad_value: word: "eko" is not one of eco, comfort, did you mean "eco"?)"},
      {"time", "10", R"(found "10": the unit is missing, one of us, ms, s, m, h, d)"},
      {"time", R"({"value": 10})", "the unit is missing"},
      {"time", "2h", "time: 2h is out of range, expected 1s to 1h"},
      {"times", "10s", R"(times: expected a list, found "10s"; write [10s])"},
      {"times", R"(["soon"])", R"(times[0]: expected a duration such as 10s, found "soon")"},
      {"alarm", R"({"abov": 1})", R"(alarm.abov: unknown key, did you mean "above"?)"},
      {"count", R"({"value": 1, "for": "1m"})", R"(bad_payload: unknown key "for": expected value and transaction)"},
      {"count", R"({"count": 1})", R"(bad_payload: expected the key "value" in the JSON object)"},
      {"count", "{", "bad_json: expected a JSON object such as {\"value\": …}"},
      {"text", "\xff", "not_utf8: the payload is not UTF-8 text"},
  };
  for (const Case& each : cases) {
    INFO(each.name << " " << each.payload);
    CHECK_THAT(taken(each.name, each.payload), Catch::Contains(each.sentence));
  }
}

TEST_CASE("what the database keeps is the value again, as long as it fits") {
  const Value alarm = Value::Map{{"above", 12.5}, {"pause", 5'000'000}};
  const Value written = as_written(alarm, spec("alarm"));
  CHECK(written == Value(Value::Map{{"above", 12.5}, {"pause", "5s"}}));
  CHECK(from_written(written, spec("alarm")) == alarm);
  CHECK(from_written("90s", spec("time")) == Value(90'000'000));
  CHECK(from_written(true, spec("flag")) == Value(true));
  CHECK_FALSE(from_written("2h", spec("time")));
  CHECK_FALSE(from_written("word", spec("count")));
  CHECK(register_text({}, spec("text")).empty());
}
