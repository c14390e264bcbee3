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
  CHECK_FALSE(settings_problem(settings, number("°C")));
  CHECK(channel_settings(Value::Map{}) == ChannelSettings{});
}

TEST_CASE("what the rows cannot say is found, at its key") {
  ChannelSettings settings;
  settings.unit = "hPa";
  CHECK(settings_problem(settings, number("°C"))->key == "unit");
  CHECK(settings_problem(settings, number("°C"))->sentence == "\"°C\" cannot become \"hPa\", only K, °F");
  CHECK(settings_problem(settings, number("lx"))->sentence == "\"lx\" cannot be converted");
  settings.unit.clear();
  settings.filters = {Value::Map{{"median", 3}}, Value::Map{}};
  CHECK(settings_problem(settings, number("°C"))->key == "filters[1]");
  settings.filters.clear();
  settings.throttle = 10s;
  settings.heartbeat = 5s;
  CHECK(settings_problem(settings, number("°C"))->key == "publish.heartbeat");
}
