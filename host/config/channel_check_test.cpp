#include "config/channel_check.h"

#include "catch.h"
#include "config/test_descriptor.h"

namespace m2ag::host {
namespace {

TEST_CASE("all that is wrong with a channel has its place and its sentence") {
  struct Case {
    const char* text;
    const char* problems;
  };
  const Case cases[] = {
      {"components: { air: { type: bmp280, channels: { temprature: { name: x } } } }\n",
       "greenhouse.yaml:2:48: components.air.channels.temprature: unknown key, did you mean \"temperature\"?\n"},
      {"components: { air: { type: bmp280, channels: { temperature: { filters: [{median: 3, offset: 1}] } } } }\n",
       "greenhouse.yaml:2:73: components.air.channels.temperature.filters[0]: a filter has one key; write each as an item of its own, "
       "they are applied in their order\n"},
      {"components: { air: { type: bmp280, channels: { temperature: { filters: [{clamp: {min: 1}}] } } } }\n",
       "greenhouse.yaml:2:74: components.air.channels.temperature.filters[0].clamp: the required key \"max\" is missing (highest)\n"},
      {"components: { air: { type: bmp280, channels: { temperature: { filters: [{calibrate: [{read: 1}]}] } } } }\n",
       "greenhouse.yaml:2:86: components.air.channels.temperature.filters[0].calibrate[0]: the required key \"true\" is missing (what it is)\n"},
      {"components: { air: { type: bmp280, channels: { temperature: { filters: [{calibrate: [x, {read: 1, true: 2}]}] } } } }\n",
       "greenhouse.yaml:2:86: components.air.channels.temperature.filters[0].calibrate[0]: expected a map of settings, found \"x\"\n"},
      {"components: { air: { type: bmp280, channels: { temperature: { unit: hPa } } } }\n",
       "greenhouse.yaml:2:69: components.air.channels.temperature.unit: \"°C\" cannot become \"hPa\", only K, °F\n"},
      {"components: { air: { type: bmp280, interval: 10s, channels: { temperature: { expire: 10s } } } }\n",
       "greenhouse.yaml:2:86: components.air.channels.temperature.expire: expected more than the interval of 10s: it would expire before "
       "each reading\n"},
      {"components: { air: { type: bmp280, interval: 10s, adress: 1, channels: { temperature: { unit: hPa, expire: 1s,\n"
       "  publish: { throttle: 10s, heartbeat: 5s }, filters: [{median: x}, {}, {median: 3}, {polynomial: []}] } } } }\n",
       "greenhouse.yaml:2:51: components.air.adress: unknown key, did you mean \"address\"?\n"
       "greenhouse.yaml:2:95: components.air.channels.temperature.unit: \"°C\" cannot become \"hPa\", only K, °F\n"
       "greenhouse.yaml:2:108: components.air.channels.temperature.expire: expected more than the interval of 10s: it would expire "
       "before each reading\n"
       "greenhouse.yaml:3:40: components.air.channels.temperature.publish.heartbeat: is shorter than throttle\n"
       "greenhouse.yaml:3:65: components.air.channels.temperature.filters[0].median: expected an integer, found \"x\"\n"
       "greenhouse.yaml:3:69: components.air.channels.temperature.filters[1]: a filter wants one key, such as {median: 3}\n"
       "greenhouse.yaml:3:86: components.air.channels.temperature.filters[3]: polynomial wants 1 to 10 coefficients\n"},
  };
  for (const Case& each : cases) {
    INFO(each.text);
    CHECK(read(std::string("device: { id: x }\n") + each.text).problems == each.problems);
  }
}

}  // namespace
}  // namespace m2ag::host
