#include "settings.h"

#include "catch.h"

using namespace logger;
using namespace std::chrono_literals;

namespace {

void refused(const char* sentence, void (*change)(Params&)) {
  Params params;
  change(params);
  INFO(sentence);
  CHECK_THROWS_WITH(check(params), Catch::Contains(sentence));
}

}  // namespace

TEST_CASE("settings that are wrong are refused with their place") {
  CHECK_NOTHROW(check(Params()));
  refused("file: \"\" is no name", [](Params& p) { p.file = ""; });
  refused("file: \".\" is no name", [](Params& p) { p.file = "."; });
  refused("file: \"a/\" is no name", [](Params& p) { p.file = "a/"; });
  refused("zone: ", [](Params& p) { p.zone = "."; });
  refused("messages.1: \"a/#/b\": # may only", [](Params& p) { p.messages = {"a", "a/#/b"}; });
  refused("messages.0: \"$share/g/a\"", [](Params& p) { p.messages = {"$share/g/a"}; });
  refused("messages.0: expected a topic filter", [](Params& p) { p.messages = {std::string("a\0b", 3)}; });
  refused("sources.0: \"z/{1}\": \"a\" has no wildcard", [](Params& p) { p.sources = {{"a", "z/{1}", {}}}; });
  refused("keep.0.delta: the strategy", [](Params& p) { p.keep = {{.series = "#", .strategy = Keep::threshold}}; });
  refused("keep.0.delta: goes with", [](Params& p) { p.keep = {{.series = "#", .delta = 1}}; });
  refused("messages_for: expected whole days", [](Params& p) { p.messages_for = 30min; });
  refused("nothing would be kept", [](Params& p) { p.devices = false; });
}

TEST_CASE("a retention that could not be kept is refused") {
  const auto with = [](RetentionSettings each) {
    Params params;
    params.retention = {each};
    check(params);
  };
  CHECK_NOTHROW(with({.samples = 24h * 30, .minutes = 24h * 32, .hours = 24h * 32}));
  CHECK_THROWS_WITH(with({.samples = 90min}), Catch::Contains("retention.0.samples: expected whole days"));
  CHECK_THROWS_WITH(with({.minutes = 24h * 30}), Catch::Contains("retention.0.minutes: without samples"));
  CHECK_THROWS_WITH(with({.samples = 24h * 30, .minutes = 24h}), Catch::Contains("expected at least 32d"));
}

TEST_CASE("each filter is asked for once") {
  Params params;
  params.messages = {"a/#", "m2ag/+/status", "a/#"};
  CHECK(filters(params, "m2ag") == std::vector<std::string>{"m2ag/+/status", "m2ag/+/+/+", "a/#"});
}
