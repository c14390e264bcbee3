#include "history/csv.h"

#include <sstream>

#include "catch.h"
#include "history/test_history.h"

using namespace m2ag::host::history;
using m2ag::host::ManualClock;

namespace {

constexpr Time kStart = 1'700'000'000'000;

struct World {
  Place place;
  ManualClock clock;
  Writer writer{place.settings(), clock};
  Reader reader{place.file(), "UTC", {}, clock};

  std::string exported(Form form = Form::csv) {
    std::string text;
    export_samples(reader, reader.series(), 0, kLastTime + 1, form, [&](std::string_view piece) {
      text += piece;
      return true;
    });
    return text;
  }
};

void fill(Writer& writer) {
  const Series number = writer.series({0, "house/air/temperature", Kind::number, "°C", false, 0});
  std::vector<Sample> samples;
  for (int n = 0; n < 8'000; ++n) samples.push_back(number_at(kStart + n / 2, n * 0.1));
  samples.push_back(number_at(kStart + 10'000, 1.0 / 3));
  samples.push_back(number_at(kStart + 10'001, -1e-300));
  samples.push_back({kStart + 10'002, 5, {}, Quality::bad});
  writer.write(batch_of(number, samples));
  const Series text = writer.series({0, "house/say \"so\", now", Kind::text, "", false, 0});
  writer.write(batch_of(text, {{kStart, 0, "a,\"b\"\nc\r\n", Quality::good}, {kStart + 1, 0, "", Quality::good}}));
  const Series boolean = writer.series({0, "house/door/open", Kind::boolean, "", false, 0});
  writer.write(batch_of(boolean, {{kStart, 1, {}, Quality::good}, {kStart + 1, 0, {}, Quality::uncertain}}));
}

}  // namespace

TEST_CASE("what was exported as CSV is the same after it was imported, once or twice") {
  World world;
  fill(world.writer);
  const auto text = world.exported();
  CHECK_THAT(text, Catch::Contains("house/air/temperature,number,°C,2023-11-14T22:13:20.000Z,0,good\n"));
  World other;
  std::istringstream in(text), again(text);
  CHECK(import_csv(in, other.writer) == 8'007);
  CHECK(other.exported() == text);
  import_csv(again, other.writer);
  other.writer.compact();
  CHECK(other.exported() == text);
}

TEST_CASE("the export as JSON is JSON, and can be ended") {
  World world;
  CHECK(world.exported(Form::json) == "[\n]\n");
  fill(world.writer);
  const auto text = world.exported(Form::json);
  CHECK(text.starts_with(
      "[\n{\"series\":\"house/air/temperature\",\"kind\":\"number\",\"unit\":\"°C\",\"time\":\"2023-"));
  CHECK(text.ends_with("\"value\":\"\",\"quality\":\"good\"}\n]\n"));
  int pieces = 0;
  export_samples(world.reader, world.reader.series(), 0, kLastTime, Form::json, [&](std::string_view) {
    ++pieces;
    return false;
  });
  CHECK(pieces == 1);
}

TEST_CASE("a line that is none is named, and what came before it is stored") {
  World world;
  const std::string header = "series,kind,unit,time,value,quality\n";
  const std::string good = "a/b/c,number,,2023-11-14T22:13:20.000Z,1.5,good\n";
  const auto import = [&](const std::string& text) {
    std::istringstream in(text);
    return import_csv(in, world.writer);
  };
  CHECK_THROWS_WITH(import("time,value\n"), Catch::Contains("line 1: the first line is not"));
  CHECK_THROWS_WITH(import(header + good + "a/b/c,number,,yesterday,1,good\n"),
                    Catch::Contains("line 3: \"yesterday\" is no time"));
  CHECK(world.reader.range(*world.reader.find("a/b/c"), 0, kLastTime).size() == 1);
  CHECK_THROWS_WITH(import(header + "a/b/c,number,,2023-11-14T22:13:20Z,nan,good\n"), Catch::Contains("is no number"));
  CHECK_THROWS_WITH(import(header + "a/b/c,colour,,2023-11-14T22:13:20Z,1,good\n"), Catch::Contains("is no kind"));
  CHECK_THROWS_WITH(import(header + "a,b\n"), Catch::Contains("line 2: expected 6 fields, found 2"));
  CHECK_THROWS_WITH(import(header + "\"a\n\nb"), Catch::Contains("not closed"));
  CHECK(import(header) == 0);
}

TEST_CASE("times as text") {
  CHECK(time_text(0) == "1970-01-01T00:00:00.000Z");
  for (const Time time : {Time{0}, Time{951'782'400'001}, kLastTime}) CHECK(parse_time(time_text(time)) == time);
  for (const char* text : {"", "2023-02-29T00:00:00Z", "2023-01-01 00:00:00Z", "2023-01-01T24:00:00Z",
                           "2023-01-01T00:00:00.1Z", "-023-01-01T00:00:00Z", "2023-01-01T00:00:00"})
    CHECK_THROWS(parse_time(text));
}
