#include "topic_pattern.h"

#include <m2ag/error.h>

#include "catch.h"

using namespace logger;
using Found = std::vector<std::string_view>;

TEST_CASE("a pattern tells what its wildcards stand for") {
  CHECK(TopicPattern("zigbee2mqtt/+").match("zigbee2mqtt/kitchen") == Found{"kitchen"});
  CHECK(TopicPattern("tele/+/SENSOR").match("tele/plug/SENSOR") == Found{"plug"});
  CHECK(TopicPattern("+/+/c").match("a//c") == Found{"a", ""});
  CHECK(TopicPattern("a/b").match("a/b") == Found{});
  CHECK(TopicPattern("a/#").match("a/b/c") == Found{"b/c"});
  CHECK(TopicPattern("a/#").match("a") == Found{""});
  CHECK(TopicPattern("#").match("a/b") == Found{"a/b"});
}

TEST_CASE("what does not match is told apart") {
  CHECK_FALSE(TopicPattern("zigbee2mqtt/+").match("zigbee2mqtt/bridge/state"));
  CHECK_FALSE(TopicPattern("zigbee2mqtt/+").match("zigbee2mqtt"));
  CHECK_FALSE(TopicPattern("a/b").match("a/b/"));
  CHECK_FALSE(TopicPattern("a/b").match("a"));
  CHECK_FALSE(TopicPattern("#").match("$SYS/broker/uptime"));
  CHECK_FALSE(TopicPattern("+/b").match("$SYS/b"));
  CHECK(TopicPattern("$SYS/#").match("$SYS/broker"));
}

TEST_CASE("what is no filter is refused") {
  for (const char* text : {"", "a/#/b", "a+/b", "a/b#"}) CHECK_THROWS_AS(TopicPattern(text), m2ag::ConfigError);
}

TEST_CASE("a series is named after the wildcards") {
  const TopicPattern pattern("tele/+/+/SENSOR");
  const SeriesTemplate series("tasmota/{2}-{1}", pattern);
  CHECK(series.fill(*pattern.match("tele/house/plug/SENSOR")) == "tasmota/plug-house");
  CHECK_THROWS_WITH(SeriesTemplate("x/{3}", pattern), Catch::Matchers::Contains("which has 2"));
  CHECK_THROWS_AS(SeriesTemplate("x/{0}", pattern), m2ag::ConfigError);
  CHECK_THROWS_AS(SeriesTemplate("x/{}", pattern), m2ag::ConfigError);
  CHECK_THROWS_AS(SeriesTemplate("", pattern), m2ag::ConfigError);
}
