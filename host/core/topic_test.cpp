#include "core/topic.h"

#include <algorithm>
#include <string>

#include "catch.h"

using namespace m2ag::host;
using namespace std::string_literals;

TEST_CASE("ids") {
  CHECK(valid_id("pump"));
  CHECK(valid_id("a"));
  CHECK(valid_id("0-9"));
  CHECK(valid_id(std::string(63, 'x')));
  CHECK_FALSE(valid_id(std::string(64, 'x')));
  const auto bad = GENERATE(""s, "Pump"s, "pump_1"s, "pump 1"s, "a/b"s, "+"s, "#"s, "ä"s, "a\0b"s, "a.b"s, "\n"s);
  CAPTURE(bad);
  CHECK_FALSE(valid_id(bad));
}

TEST_CASE("every reserved word of the contract is no id") {
  const std::string words = "status info health log event request response state set get config reply all group";
  std::size_t count = 0;
  for (std::size_t begin = 0; begin < words.size(); ++count) {
    const std::size_t end = std::min(words.find(' ', begin), words.size());
    CHECK_FALSE(valid_id(words.substr(begin, end - begin)));
    CHECK(is_reserved_id(words.substr(begin, end - begin)));
    begin = end + 1;
  }
  CHECK(count == reserved_ids().size());
  CHECK(valid_id("statuses"));
}

TEST_CASE("UTF-8 of RFC 3629") {
  const auto good = GENERATE(""s, "plain text, long enough for the fast path"s, "Grüße aus Köln, wieder länger"s, "\0"s,
                             "\xC2\x80"s, "\xDF\xBF"s, "\xE0\xA0\x80"s, "\xED\x9F\xBF"s, "\xEE\x80\x80"s,
                             "\xEF\xBF\xBF"s, "\xF0\x90\x80\x80"s, "\xF4\x8F\xBF\xBF"s);
  CAPTURE(good);
  CHECK(valid_utf8(good));
}

TEST_CASE("what is not UTF-8 is refused") {
  const auto bad = GENERATE("\x80"s, "\xBF"s, "\xC0\x80"s, "\xC1\xBF"s, "\xC2"s, "\xC2\x20"s, "\xE0\x9F\xBF"s,
                            "\xE0\xA0"s, "\xED\xA0\x80"s, "\xED\xBF\xBF"s, "\xF0\x8F\xBF\xBF"s, "\xF0\x90\x80"s,
                            "\xF4\x90\x80\x80"s, "\xF5\x80\x80\x80"s, "\xFE"s, "\xFF"s);
  CAPTURE(bad);
  CHECK_FALSE(valid_utf8(bad));
  for (std::size_t lead = 0; lead < 20; ++lead)
    CHECK_FALSE(valid_utf8(std::string(lead, 'x') + bad + std::string(12, 'y')));
}

TEST_CASE("topics to publish on") {
  CHECK(valid_topic("m2ag/demo/pump/set"));
  CHECK(valid_topic("/"));
  CHECK(valid_topic("$SYS/broker"));
  CHECK(valid_topic("küche/licht"));
  CHECK(valid_topic("with space"));
  CHECK(valid_topic(std::string(kMaxTopic, 'x')));
  CHECK_FALSE(valid_topic(std::string(kMaxTopic + 1, 'x')));
  const auto bad = GENERATE(""s, "a/+"s, "a/#"s, "a+b"s, "a\0b"s, "a\nb"s, "a\x7F"s, "a\xC2\x85"s, "\xC3\x28"s,
                            "\xEF\xBF\xBF"s, "\xEF\xB7\x90"s, "\xF0\x9F\xBF\xBE"s);
  CAPTURE(bad);
  CHECK_FALSE(valid_topic(bad));
}

TEST_CASE("filters to subscribe to") {
  const auto good =
      GENERATE("a"s, "#"s, "+"s, "+/+"s, "a/#"s, "a/+/b"s, "/+"s, "+/"s, "/#"s, "$SYS/#"s, "$share/group/a/+"s);
  CAPTURE(good);
  CHECK(valid_filter(good));
}

TEST_CASE("what is no filter") {
  const auto bad =
      GENERATE(""s, "a#"s, "a/b#"s, "#/a"s, "a/#/b"s, "a+"s, "+a"s, "a/+b/c"s, "##"s, "++"s, "a\0"s, "a\x01"s);
  CAPTURE(bad);
  CHECK_FALSE(valid_filter(bad));
}

TEST_CASE("the number of levels is bounded") {
  std::string levels = "a";
  for (std::size_t n = 1; n < kMaxTopicLevels; ++n) levels += "/a";
  CHECK(valid_topic(levels));
  CHECK(valid_filter(levels));
  CHECK_FALSE(valid_topic(levels + "/a"));
  CHECK_FALSE(valid_filter(levels + "/a"));
}

TEST_CASE("matching, by the examples of MQTT 5 section 4.7") {
  CHECK(matches("sport/tennis/player1/#", "sport/tennis/player1"));
  CHECK(matches("sport/tennis/player1/#", "sport/tennis/player1/ranking"));
  CHECK(matches("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon"));
  CHECK(matches("sport/#", "sport"));
  CHECK_FALSE(matches("sport/#", "sports"));
  CHECK(matches("#", "anything/at/all"));
  CHECK(matches("sport/tennis/+", "sport/tennis/player1"));
  CHECK_FALSE(matches("sport/tennis/+", "sport/tennis/player1/ranking"));
  CHECK_FALSE(matches("sport/+", "sport"));
  CHECK(matches("sport/+", "sport/"));
  CHECK(matches("+/+", "/finance"));
  CHECK(matches("/+", "/finance"));
  CHECK_FALSE(matches("+", "/finance"));
  CHECK(matches("+/#", "a"));
  CHECK(matches("a/+/#", "a/b"));
  CHECK_FALSE(matches("a/+/#", "a"));
}

TEST_CASE("wildcards of the first level do not see topics that begin with a dollar sign") {
  CHECK_FALSE(matches("#", "$SYS/broker"));
  CHECK_FALSE(matches("+/broker", "$SYS/broker"));
  CHECK_FALSE(matches("+/#", "$SYS"));
  CHECK(matches("$SYS/#", "$SYS/broker"));
  CHECK(matches("$SYS/+", "$SYS/broker"));
  CHECK(matches("a/+", "a/$b"));
  CHECK(matches("a/#", "a/$b"));
}

TEST_CASE("splitting keeps empty levels") {
  using Levels = std::vector<std::string_view>;
  CHECK(split("a/b/c") == Levels{"a", "b", "c"});
  CHECK(split("a") == Levels{"a"});
  CHECK(split("/a//") == Levels{"", "a", "", ""});
  CHECK(split("") == Levels{""});
}
