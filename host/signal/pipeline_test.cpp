#include "signal/pipeline.h"

#include <limits>

#include "catch.h"

using namespace m2ag;
using namespace m2ag::host;
using namespace std::chrono_literals;
using Outcome = Pipeline::Outcome;

namespace {

ChannelSpec celsius() {
  ChannelSpec channel;
  channel.name = "temperature";
  channel.unit = "°C";
  return channel;
}

Value step(const char* name, Value value) { return Value::Map{{name, std::move(value)}}; }

const Clock::time_point kStart{1h};

}  // namespace

TEST_CASE("filters are applied in the order written, then the unit") {
  ChannelSettings settings;
  settings.unit = "°F";
  settings.filters = {step("offset", 10.0), step("multiply", 2.0)};
  Pipeline pipeline(celsius(), settings);
  CHECK(pipeline.take(40, kStart).value == Approx(212));
  settings.filters = {step("multiply", 2.0), step("offset", 10.0)};
  CHECK(Pipeline(celsius(), settings).take(45, kStart).value == Approx(212));
}

TEST_CASE("without settings every reading is published") {
  Pipeline pipeline(celsius(), {});
  CHECK(pipeline.take(20, kStart).outcome == Outcome::publish);
  CHECK(pipeline.take(20, kStart).outcome == Outcome::publish);
  CHECK_FALSE(pipeline.due());
  CHECK_FALSE(pipeline.stale_at());
}

TEST_CASE("what a filter does not believe is counted and said") {
  ChannelSettings settings;
  settings.filters = {step("valid_range", Value::Map{{"min", -40.0}, {"max", 80.0}})};
  Pipeline pipeline(celsius(), settings);
  CHECK(pipeline.take(85, kStart).outcome == Outcome::refused);
  CHECK(pipeline.refused() == 1);
  CHECK_THAT(pipeline.why(), Catch::Contains("85 is outside"));
  CHECK(pipeline.take(20, kStart).outcome == Outcome::publish);
  CHECK(pipeline.why().empty());
}

TEST_CASE("a number that a filter makes infinite is not believed") {
  ChannelSettings settings;
  settings.filters = {step("multiply", std::numeric_limits<double>::max())};
  Pipeline pipeline(celsius(), settings);
  CHECK(pipeline.take(10, kStart).outcome == Outcome::refused);
  CHECK_THAT(pipeline.why(), Catch::Contains("not finite"));
}

TEST_CASE("delta is counted from what was published last, so that a slow drift comes through") {
  ChannelSettings settings;
  settings.delta = 0.5;
  Pipeline pipeline(celsius(), settings);
  CHECK(pipeline.take(20, kStart).outcome == Outcome::publish);
  for (const double drift : {20.2, 20.4}) CHECK(pipeline.take(drift, kStart).outcome == Outcome::unchanged);
  CHECK(pipeline.take(20.5, kStart).outcome == Outcome::publish);
  CHECK(pipeline.take(20.2, kStart).outcome == Outcome::unchanged);
  settings.delta = 0;
  Pipeline changes(celsius(), settings);
  CHECK(changes.take(20, kStart).outcome == Outcome::publish);
  CHECK(changes.take(20, kStart).outcome == Outcome::unchanged);
  CHECK(changes.take(20.001, kStart).outcome == Outcome::publish);
}

TEST_CASE("a change of just delta is published, whatever the binary numbers make of it") {
  ChannelSettings settings;
  settings.delta = 0.1;
  for (int tenths = -1000; tenths < 1000; ++tenths) {
    Pipeline pipeline(celsius(), settings);
    pipeline.take(tenths / 10.0, kStart);
    REQUIRE(pipeline.take((tenths + 1) / 10.0, kStart).outcome == Outcome::publish);
    REQUIRE(pipeline.take((tenths + 1) / 10.0 + 0.0999, kStart).outcome == Outcome::unchanged);
  }
}

TEST_CASE("throttle holds numbers back, the newest comes when its time has come") {
  ChannelSettings settings;
  settings.throttle = 10s;
  Pipeline pipeline(celsius(), settings);
  CHECK(pipeline.take(20, kStart).outcome == Outcome::publish);
  CHECK(pipeline.take(21, kStart + 1s).outcome == Outcome::unchanged);
  CHECK(pipeline.take(22, kStart + 2s).outcome == Outcome::unchanged);
  CHECK(pipeline.due() == kStart + 10s);
  CHECK_FALSE(pipeline.flush(kStart + 9s));
  CHECK(pipeline.flush(kStart + 10s) == 22.0);
  CHECK_FALSE(pipeline.due());
  CHECK(pipeline.take(23, kStart + 20s).outcome == Outcome::publish);
}

TEST_CASE("a number that went back within throttle is not published late") {
  ChannelSettings settings;
  settings.throttle = 10s;
  settings.delta = 0.5;
  Pipeline pipeline(celsius(), settings);
  CHECK(pipeline.take(20, kStart).outcome == Outcome::publish);
  CHECK(pipeline.take(22, kStart + 1s).outcome == Outcome::unchanged);
  CHECK(pipeline.take(20, kStart + 2s).outcome == Outcome::unchanged);
  CHECK_FALSE(pipeline.due());
}

TEST_CASE("heartbeat publishes again what has not changed") {
  ChannelSettings settings;
  settings.delta = 1;
  settings.heartbeat = 60s;
  Pipeline pipeline(celsius(), settings);
  CHECK_FALSE(pipeline.due());  // nothing to repeat yet
  pipeline.take(20, kStart);
  CHECK(pipeline.take(20.4, kStart + 30s).outcome == Outcome::unchanged);
  CHECK(pipeline.due() == kStart + 60s);
  CHECK(pipeline.flush(kStart + 60s) == 20.4);
  CHECK(pipeline.due() == kStart + 120s);
}

TEST_CASE("a channel becomes stale after expire, counted from the start or the last believable number") {
  ChannelSettings settings;
  settings.expire = 30s;
  settings.heartbeat = 20s;
  settings.filters = {step("valid_range", Value::Map{{"min", 0.0}, {"max", 50.0}})};
  Pipeline pipeline(celsius(), settings);
  pipeline.start(kStart);
  CHECK(pipeline.stale_at() == kStart + 30s);
  pipeline.take(20, kStart + 10s);
  CHECK(pipeline.stale_at() == kStart + 40s);
  pipeline.take(99, kStart + 20s);
  CHECK(pipeline.stale_at() == kStart + 40s);
  pipeline.expire();
  CHECK_FALSE(pipeline.due());  // no heartbeat of a number that nobody believes any more
  CHECK(pipeline.take(20, kStart + 50s).outcome == Outcome::publish);
}
