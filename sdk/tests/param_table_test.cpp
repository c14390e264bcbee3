#include <m2ag/param_table.h>

#include "catch.h"

using namespace m2ag;
using namespace std::chrono_literals;

namespace {

enum class Mode { slow, fast };
constexpr auto choices(Mode) {
  return std::array<std::pair<std::string_view, Mode>, 2>{{{"slow", Mode::slow}, {"fast", Mode::fast}}};
}

struct Limit {
  double high = 30;
  static void describe(ParamTable<Limit>& table) { table.param("high", &Limit::high, "upper limit"); }
};

struct Settings {
  bool on = true;
  std::uint8_t small = 5;
  double number = 0.5;
  std::string text;
  std::chrono::seconds wait{10};
  Bytes room{1024};
  Mode mode = Mode::fast;
  GpioLineConfig line;
  I2cConfig chip;
  std::optional<int> maybe;
  std::vector<int> list{1, 2};
  std::map<std::string, double> map;
  Limit limit{45};
  std::vector<Limit> limits{{1}};
};

ParamTable<Settings> table() {
  ParamTable<Settings> table;
  table.param("on", &Settings::on, "")
      .param("small", &Settings::small, "")
      .param("number", &Settings::number, "")
      .range(0, 1)
      .unit("°C")
      .runtime()
      .param("text", &Settings::text, "")
      .secret()
      .param("wait", &Settings::wait, "")
      .range(1s, 60s)
      .param("room", &Settings::room, "")
      .param("mode", &Settings::mode, "")
      .param("line", &Settings::line, "")
      .required()
      .example("GPIO17")
      .i2c(&Settings::chip, {0x76, 0x77})
      .param("maybe", &Settings::maybe, "")
      .param("list", &Settings::list, "")
      .param("map", &Settings::map, "")
      .param("limit", &Settings::limit, "")
      .param("limits", &Settings::limits, "");
  return table;
}

ParamSpec row(const std::string& name) {
  for (const ParamSpec& spec : table().specs()) {
    if (spec.name == name) return spec;
  }
  FAIL("no row " << name);
  return {};
}

}  // namespace

TEST_CASE("a row's type, default and limits come from the member") {
  CHECK(row("on").type == ParamType::boolean);
  CHECK(row("on").default_value == Value(true));
  CHECK(row("small").maximum == 255.0);
  CHECK(row("number").maximum == 1.0);
  CHECK(row("number").unit == "°C");
  CHECK(row("number").runtime);
  CHECK(row("text").default_value.is_null());
  CHECK(row("text").secret);
  CHECK(row("wait").type == ParamType::duration);
  CHECK(row("wait").default_value == Value(10'000'000));
  CHECK(row("wait").minimum == 1e6);
  CHECK(row("room").type == ParamType::size);
  CHECK(row("mode").choices == std::vector<Value>{"slow", "fast"});
  CHECK(row("mode").default_value == Value("fast"));
  CHECK(row("line").required);
  CHECK(row("line").default_value.is_null());
  CHECK(row("address").default_value == Value(0x76));
  CHECK(row("address").hexadecimal);
  CHECK(row("maybe").default_value.is_null());
  CHECK(row("list").fields.at(0).type == ParamType::integer);
  CHECK(row("list").default_value == Value(Value::List{1, 2}));
  CHECK(row("limit").type == ParamType::group);
  CHECK(row("limit").fields.at(0).default_value == Value(45.0));
  CHECK(row("limits").default_value == Value(Value::List{Value::Map{{"high", 1.0}}}));
  CHECK(row("limits").fields.at(0).fields.at(0).default_value == Value(30.0));
  CHECK(row("limits").fields.at(0).fields.at(0).name == "high");
}

TEST_CASE("settings that are not given keep the initialiser, and a chip its first address") {
  const Settings settings = table().bind(Value::Map{});
  CHECK(settings.on);
  CHECK(settings.wait == 10s);
  CHECK(settings.mode == Mode::fast);
  CHECK(settings.chip.bus == "i2c-1");
  CHECK(settings.chip.address == 0x76);
  CHECK_FALSE(settings.maybe);
  CHECK(settings.list == std::vector{1, 2});
  CHECK(settings.limit.high == 45);
  CHECK(settings.limits.at(0).high == 1);
}

TEST_CASE("settings that are given arrive in their members") {
  const Settings settings = table().bind(Value::Map{{"on", false},
                                                    {"small", 200},
                                                    {"number", 1},
                                                    {"wait", 2'000'000},
                                                    {"room", 65536},
                                                    {"mode", "slow"},
                                                    {"line", Value::Map{{"chip", "pinctrl-rp1"}, {"offset", 4}}},
                                                    {"bus", "i2c-9"},
                                                    {"address", 0x77},
                                                    {"maybe", 3},
                                                    {"list", Value::List{}},
                                                    {"map", Value::Map{{"a", 1.5}}},
                                                    {"limits", Value::List{Value::Map{{"high", 5}}, Value::Map{}}}});
  CHECK_FALSE(settings.on);
  CHECK(settings.small == 200);
  CHECK(settings.number == 1.0);
  CHECK(settings.wait == 2s);
  CHECK(settings.room.count == 65536);
  CHECK(settings.mode == Mode::slow);
  CHECK(settings.line.chip == "pinctrl-rp1");
  CHECK(settings.line.offset == 4);
  CHECK(settings.chip.address == 0x77);
  CHECK(settings.maybe == 3);
  CHECK(settings.list.empty());
  CHECK(settings.map.at("a") == 1.5);
  REQUIRE(settings.limits.size() == 2);
  CHECK(settings.limits[0].high == 5);
  CHECK(settings.limits[1].high == 30);
}

TEST_CASE("what does not fit is a ConfigError that names the key, to the inner one") {
  CHECK_THROWS_WITH(table().bind(Value::Map{{"on", 1}}), "on: expected a boolean, found an integer");
  CHECK_THROWS_WITH(table().bind(Value::Map{{"small", 256}}), "small: 256 does not fit");
  CHECK_THROWS_WITH(table().bind(Value::Map{{"mode", "medium"}}), "mode: \"medium\" is not one of the choices");
  CHECK_THROWS_WITH(table().bind(Value::Map{{"line", Value::Map{{"chip", "x"}}}}),
                    "line: expected a line's name, or chip and offset");
  CHECK_THROWS_WITH(table().bind(Value::Map{{"limit", Value::Map{{"high", "x"}}}}),
                    "limit: high: expected a number, found text");
}

TEST_CASE("a chip without known addresses must be given one") {
  ParamTable<Settings> any;
  any.i2c(&Settings::chip, {});
  CHECK(any.specs().at(1).required);
  CHECK(any.bind(Value::Map{}).chip.address == 0);
}
