#include "recorder.h"

#include "catch.h"

using namespace logger;
namespace history = m2ag::host::history;
namespace reader = m2ag::host::reader;

namespace {

constexpr history::Time kNow = 1'790'000'000'000;

struct Fixture {
  Params params;
  std::vector<history::Series> series;
  history::Batch batch;
  std::unique_ptr<Recorder> recorder;

  history::Series find(const history::Series& wanted) {
    for (const auto& each : series) {
      if (each.name == wanted.name && each.kind == wanted.kind) return each;
    }
    series.push_back(wanted);
    series.back().id = static_cast<history::SeriesId>(series.size());
    return series.back();
  }
  void add(std::string_view topic, std::string_view payload, bool retain = false, std::optional<std::int64_t> time = {},
           std::uint32_t subscription = 0) {
    if (!recorder)
      recorder = std::make_unique<Recorder>(params, "m2ag", [this](const auto& wanted) { return find(wanted); });
    reader::Message message;
    message.topic = topic;
    message.payload = payload;
    message.qos = 1;
    message.retain = retain;
    message.time = time;
    message.subscription = subscription;
    recorder->add(message, std::chrono::system_clock::time_point(std::chrono::milliseconds(kNow)), batch);
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "values of devices are samples of series, with the time that they say") {
  add("m2ag/house/air/temperature", "21.5", false, kNow - 5000);
  add("m2ag/house/pump/state", "ON");
  add("m2ag/house/door/state", "closed");
  add("m2ag/house/pump/set", "ON");
  REQUIRE(batch.samples.size() == 3);
  CHECK(series[0].name == "house/air/temperature");
  CHECK(batch.samples[0].sample.time == kNow - 5000);
  CHECK(batch.samples[0].sample.number == 21.5);
  CHECK(series[1].kind == history::Kind::boolean);
  CHECK(batch.samples[1].sample.number == 1);
  CHECK(batch.samples[1].sample.time == kNow);
  CHECK(batch.samples[2].sample.text == "closed");
  CHECK(batch.messages.empty());
}

TEST_CASE_METHOD(Fixture, "a date that cannot be is not believed") {
  for (const std::int64_t date : {std::int64_t{0}, std::int64_t{1'000'000'000'000}, kNow + 3'600'000})
    add("m2ag/house/air/temperature", "21.5", false, date);
  REQUIRE(batch.samples.size() == 3);
  for (const auto& each : batch.samples) CHECK(each.sample.time >= kNow);
}

TEST_CASE_METHOD(Fixture, "while nobody keeps our clock right, a device whose date is later is believed") {
  constexpr std::int64_t kDay = 86'400'000;
  add("m2ag/house/air/temperature", "21.5", false, kNow);
  recorder->set_clock_right(false);
  add("m2ag/house/air/temperature", "22", false, kNow + 30 * kDay);
  add("m2ag/house/air/temperature", "23", false, kNow + 400 * kDay);
  recorder->set_clock_right(true);
  add("m2ag/house/air/temperature", "24", false, kNow + kDay);
  REQUIRE(batch.samples.size() == 4);
  CHECK(batch.samples[1].sample.time == kNow + 30 * kDay);
  CHECK(batch.samples[2].sample.time < kNow + kDay);
  CHECK(batch.samples[3].sample.time < kNow + kDay);
}

TEST_CASE_METHOD(Fixture, "what the broker had kept without a date is uncertain") {
  add("m2ag/house/air/temperature", "21.5", true);
  add("m2ag/house/air/pressure", "1013", true, kNow - 60'000);
  REQUIRE(batch.samples.size() == 2);
  CHECK(batch.samples[0].sample.quality == history::Quality::uncertain);
  CHECK(batch.samples[1].sample.quality == history::Quality::good);
}

TEST_CASE_METHOD(Fixture, "events, statuses and availabilities are happenings, each once") {
  add("m2ag/house/event/component_failed", R"({"component":"pump"})");
  add("m2ag/house/pump/status", R"({"state":"running"})", false, kNow - 10);
  add("m2ag/house/pump/status", R"({"state":"running"})", false, kNow - 10);  // said again after a reconnect
  add("m2ag/house/pump/status", R"({"state":"running"})", false, kNow);
  add("m2ag/house/pump/availability", "online");
  add("m2ag/house/status", "offline");
  add("m2ag/house/status", "");
  REQUIRE(batch.happenings.size() == 5);
  CHECK(batch.happenings[0].type == "component_failed");
  CHECK(batch.happenings[0].source.empty());
  CHECK(batch.happenings[1].type == "status");
  CHECK(batch.happenings[1].source == "pump");
  CHECK(batch.happenings[3].detail == "\"online\"");
  CHECK(batch.happenings[4].type == "availability");
  CHECK(batch.samples.empty());
}

TEST_CASE_METHOD(Fixture, "sources and logged topics are kept beside the devices") {
  params.sources = {{"tele/+/SENSOR", "tasmota/{1}", {{"temperature", "/DS18B20/Temperature"}}}};
  params.messages = {"tele/#"};
  add("tele/boiler/SENSOR", R"({"DS18B20":{"Temperature":20.3}})");
  add("tele/boiler/LWT", "Online", true);
  add("stat/boiler", "1");
  REQUIRE(batch.samples.size() == 1);
  CHECK(series[0].name == "tasmota/boiler/temperature");
  REQUIRE(batch.messages.size() == 2);
  CHECK(batch.messages[1].topic == "tele/boiler/LWT");
  CHECK(batch.messages[1].retain);
  CHECK_FALSE(recorder->problem());
  add("tele/boiler/SENSOR", "{");
  CHECK(recorder->problem() == "tele/boiler/SENSOR: the payload is no JSON");
  CHECK_FALSE(recorder->problem());
}

TEST_CASE_METHOD(Fixture, "without devices only the sources count, and the rules of keeping hold for each series") {
  params.devices = false;
  params.sources = {{"a/+", "s/{1}", {}}};
  params.keep = {{"s/t", Keep::threshold, 0.5, {}}, {"#", Keep::changes, 0, {}}};
  params.counters = {"s/meter"};
  add("m2ag/house/air/temperature", "21.5");
  for (const char* value : {"20.0", "20.3", "20.6", "20.6"}) add("a/t", value);
  for (const char* value : {"1", "1", "2"}) add("a/meter", value);
  REQUIRE(batch.samples.size() == 4);
  CHECK(batch.samples[1].sample.number == 20.6);
  CHECK_FALSE(series[0].counter);
  CHECK(series[1].counter);
}

TEST_CASE_METHOD(Fixture, "a series that changes its kind is one more series") {
  add("m2ag/house/dial/level", "21.5");
  add("m2ag/house/dial/level", "off");
  add("m2ag/house/dial/level", "22.5");
  REQUIRE(batch.samples.size() == 3);
  CHECK(batch.samples[0].series == batch.samples[2].series);
  CHECK(batch.samples[0].series != batch.samples[1].series);
}

TEST_CASE_METHOD(Fixture, "samples without a date that arrive together stay apart and in order") {
  for (const char* value : {"ON", "OFF", "ON", "OFF", "ON"}) add("m2ag/house/pump/state", value);
  REQUIRE(batch.samples.size() == 5);
  for (std::size_t n = 0; n < 5; ++n) {
    CHECK(batch.samples[n].sample.time == kNow + static_cast<history::Time>(n));
    CHECK(batch.samples[n].sample.number == (n % 2 == 0 ? 1 : 0));
  }
}

TEST_CASE_METHOD(Fixture,
                 "a message that comes for several filters is kept once, one for a filter of earlier settings too") {
  params.messages = {"tele/#", "tele/+/STATE"};
  add("tele/x/STATE", "on", false, {}, reader::subscription_id("tele/#"));
  add("tele/x/STATE", "on", false, {}, reader::subscription_id("tele/+/STATE"));
  CHECK(batch.messages.size() == 1);
  add("tele/x/STATE", "on", false, {}, reader::subscription_id("tele/x/#"));
  add("tele/x/STATE", "on");
  CHECK(batch.messages.size() == 3);
}

TEST_CASE_METHOD(Fixture, "a source is told about its first bad message, not about each") {
  params.sources = {{"zigbee/+", "z/{1}", {{"t", "/temperature"}, {"n", "/99999999999999999999"}}}};
  const auto told = [&](const char* payload) {
    add("zigbee/a", payload);
    return recorder->problem().has_value();
  };
  CHECK(told("{"));
  CHECK_FALSE(told("{"));
  CHECK_FALSE(told("[1,2,3]"));
  CHECK_FALSE(told(R"({"temperature":20})"));
  CHECK(told("{"));
  CHECK(batch.samples.size() == 1);
}

TEST_CASE_METHOD(Fixture, "a series whose name is too long is not kept, and told") {
  params.sources = {{"deep/#", "{1}", {}}};
  add("deep/" + std::string(600, 'x'), "1");
  CHECK(batch.samples.empty());
  CHECK(recorder->problem().value_or("").starts_with("a series is not kept"));
}

TEST_CASE_METHOD(Fixture, "an availability that is no usual word is a text of JSON") {
  add("m2ag/house/air/availability", "\"odd\"\xff");
  REQUIRE(batch.happenings.size() == 1);
  CHECK(batch.happenings[0].detail == "\"\\\"odd\\\"\xef\xbf\xbd\"");
}
