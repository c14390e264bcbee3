#include "signal/channel_settings.h"

#include "catch.h"

using namespace m2ag;
using namespace m2ag::host;
using namespace std::chrono_literals;

namespace {

ChannelSpec number(std::string unit) {
  ChannelSpec channel;
  channel.name = "x";
  channel.unit = std::move(unit);
  return channel;
}

std::vector<std::string> names(const std::vector<ParamSpec>& params) {
  std::vector<std::string> names;
  for (const ParamSpec& param : params) names.push_back(param.name);
  return names;
}

}  // namespace

TEST_CASE("a measured number has every key, one that is set keeps its value and unit, others have a name only") {
  CHECK(names(channel_params(number("°C"))) ==
        std::vector<std::string>{"name", "unit", "filters", "publish", "expire"});
  ChannelSpec settable = number("%");
  settable.writable = true;
  CHECK(names(channel_params(settable)) == std::vector<std::string>{"name", "publish"});
  ChannelSpec text = number("");
  text.type = ChannelType::text;
  CHECK(names(channel_params(text)) == std::vector<std::string>{"name"});
}

TEST_CASE("bound settings become what the pipeline takes") {
  const ChannelSettings settings = channel_settings(
      Value::Map{{"name", "Air"},
                 {"unit", "°F"},
                 {"filters", Value::List{Value::Map{{"median", 3}}}},
                 {"publish", Value::Map{{"delta", 0.5}, {"throttle", 1'000'000}, {"heartbeat", 60'000'000}}},
                 {"expire", 300'000'000}});
  CHECK(settings.name == "Air");
  CHECK(settings.unit == "°F");
  CHECK(settings.filters.size() == 1);
  CHECK(settings.delta == 0.5);
  CHECK(settings.throttle == 1s);
  CHECK(settings.heartbeat == 1min);
  CHECK(settings.expire == 5min);
  CHECK(settings_problems(settings, number("°C")).empty());
  CHECK(channel_settings(Value::Map{}) == ChannelSettings{});
}

TEST_CASE("a larger unit is published with the digits that it needs") {
  const auto [from, digits, to, expected] = GENERATE(table<std::string, int, std::string, int>({
      {"hPa", 2, "bar", 5},
      {"hPa", 2, "inHg", 4},
      {"hPa", 2, "mmHg", 2},
      {"hPa", 2, "Pa", 0},
      {"°C", 2, "°F", 2},
      {"°C", 1, "K", 1},
      {"m", 1, "km", 4},
      {"MiB", 0, "GiB", 3},
      {"V", 15, "mV", 12},
      {"Wh", 15, "kWh", 15},
      {"hPa", 2, "hPa", 2},
  }));
  ChannelSpec channel = number(from);
  channel.precision = digits;
  CHECK(in_unit(channel, to).unit == to);
  CHECK(in_unit(channel, to).precision == expected);
  CHECK_FALSE(in_unit(number(from), to).precision);  // all digits that there are
}

TEST_CASE("the digits are those of the last filter that has a say, then of the unit") {
  ChannelSpec channel = number("hPa");
  channel.precision = 2;
  ChannelSettings settings;
  settings.filters = {Value::Map{{"multiply", 0.001}}, Value::Map{{"round", 1}}};
  CHECK(as_published(channel, settings).precision == 1);
  settings.filters = {Value::Map{{"round", 1}}, Value::Map{{"median", 3}}, Value::Map{{"multiply", 0.001}}};
  CHECK(as_published(channel, settings).precision == 4);
  settings.filters = {Value::Map{{"round", 0}}};
  CHECK(as_published(channel, settings).unit == "hPa");
  settings.unit = "inHg";
  CHECK(as_published(channel, settings).unit == "inHg");
  CHECK(as_published(channel, settings).precision == 2);
}

TEST_CASE("what the rows cannot say is found, at its key") {
  const auto problem = [](const ChannelSettings& settings, const char* unit, std::chrono::microseconds interval = {}) {
    const auto problems = settings_problems(settings, number(unit), interval);
    REQUIRE(problems.size() == 1);
    return problems.front();
  };
  ChannelSettings settings;
  settings.unit = "hPa";
  CHECK(problem(settings, "°C").key == "unit");
  CHECK(problem(settings, "°C").sentence == "\"°C\" cannot become \"hPa\", only K, °F");
  CHECK(problem(settings, "lx").sentence == "\"lx\" cannot be converted");
  settings.unit.clear();
  settings.filters = {Value::Map{{"median", 3}}, Value::Map{}, Value()};
  CHECK(problem(settings, "°C").key == "filters[1]");
  settings.filters.clear();
  settings.throttle = 10s;
  settings.heartbeat = 5s;
  CHECK(problem(settings, "°C").key == "publish.heartbeat");
  settings = {};
  settings.expire = 10s;
  CHECK(settings_problems(settings, number("°C")).empty());
  CHECK(settings_problems(settings, number("°C"), 9s).empty());
  CHECK(problem(settings, "°C", 10s).key == "expire");
}

TEST_CASE("all that is wrong with a channel is told at once") {
  ChannelSettings settings;
  settings.unit = "hPa";
  settings.filters = {Value::Map{}, Value::Map{{"median", 3}}, Value::Map{{"polynomial", Value::List{}}}};
  settings.throttle = 10s;
  settings.heartbeat = 5s;
  settings.expire = 1s;
  std::vector<std::string> keys;
  for (const SettingsProblem& each : settings_problems(settings, number("°C"), 10s)) keys.push_back(each.key);
  CHECK(keys == std::vector<std::string>{"filters[0]", "filters[2]", "unit", "publish.heartbeat", "expire"});
}
