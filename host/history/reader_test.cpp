#include "history/reader.h"

#include <cmath>
#include <random>
#include <thread>

#include "catch.h"
#include "history/error.h"
#include "history/test_history.h"

using namespace m2ag::host::history;
using m2ag::host::ManualClock;

namespace {

constexpr Time kStart = 1'699'999'200'000, kMinute = 60'000, kHour = 60 * kMinute, kDay = 24 * kHour;  // a full hour

struct World {
  Place place;
  ManualClock clock;
  Writer writer{place.settings(), clock};
  Reader reader{place.file(), "UTC", {}, clock};
};

/// Once a minute, with one peak a day in which only one sample is high.
std::vector<Sample> curve(int days) {
  std::vector<Sample> samples;
  for (int n = 0; n < days * 1440; ++n)
    samples.push_back(
        number_at(kStart + n * kMinute, n % 1440 == 700 ? 1000 + n : std::round(100 * std::sin(n / 200.0))));
  return samples;
}

std::pair<double, double> extremes(const std::vector<Point>& points) {
  const auto [least, greatest] = std::ranges::minmax(points, {}, &Point::value);
  return {least.value, greatest.value};
}

}  // namespace

TEST_CASE("a reader sees what was written at once, and the newest of it") {
  World world;
  const Series series = world.writer.series(number_series("a/b/c"));
  CHECK_FALSE(world.reader.latest(series));
  world.writer.write(batch_of(series, {number_at(kStart, 1), number_at(kStart + 5, 2)}));
  CHECK(world.reader.latest(series) == number_at(kStart + 5, 2));
  world.writer.compact();
  world.writer.write(batch_of(series, {number_at(kStart + 3, 7)}));  // late
  CHECK(world.reader.latest(series) == number_at(kStart + 5, 2));
  CHECK(world.reader.latest(series, kStart + 5) == number_at(kStart + 3, 7));
  CHECK(world.reader.range(series, kStart + 1, kStart + 5) == std::vector{number_at(kStart + 3, 7)});
  CHECK(world.reader.find("a/b/c")->id == series.id);
  CHECK_FALSE(world.reader.find("a/b"));
  world.writer.series(number_series("a/x/c"));
  CHECK(world.reader.series("a/+/c").size() == 2);
  CHECK(world.reader.series("a/x/#").size() == 1);
}

TEST_CASE("a range is read in pages that leave nothing out") {
  World world;
  const Series series = world.writer.series(number_series("a/b/c"));
  std::vector<Sample> samples;
  for (int n = 0; n < 5000; ++n) samples.push_back(number_at(kStart + n / 3, n));  // three of one time
  world.writer.write(batch_of(series, {samples.begin(), samples.begin() + 3000}));
  world.writer.compact();
  world.writer.write(batch_of(series, {samples.begin() + 3000, samples.end()}));
  std::vector<Sample> all;
  for (Time from = 0;;) {
    const auto page = world.reader.range(series, from, kLastTime, 700);
    all.insert(all.end(), page.begin(), page.end());
    if (page.size() < 700) break;
    from = page.back().time + 1;
  }
  CHECK(all == samples);
}

TEST_CASE("fewer points keep the extremes, from samples and from every rollup") {
  World world;
  const Series series = world.writer.series(number_series("a/b/c"));
  const auto samples = curve(30);
  for (std::size_t n = 0; n < samples.size(); n += 10'000)
    world.writer.write(
        batch_of(series, {samples.begin() + static_cast<std::ptrdiff_t>(n),
                          samples.begin() + static_cast<std::ptrdiff_t>(std::min(samples.size(), n + 10'000))}));
  std::vector<Level> sources;
  for (const bool is_compacted : {false, true}) {
    if (is_compacted) world.writer.compact();
    for (const std::size_t most : {2U, 20U, 58U, 500U, 5'000U}) {
      const auto result = world.reader.downsample(series, kStart, kStart + 30 * kDay, most);
      CHECK(result.points.size() <= most + 2);
      CHECK(extremes(result.points) == std::pair(-100.0, 1000.0 + 29 * 1440 + 700));
      CHECK(std::ranges::is_sorted(result.points, {}, &Point::time));
      if (is_compacted) sources.push_back(result.source);
    }
  }
  CHECK(sources == std::vector{Level::day, Level::day, Level::day, Level::hour, Level::five_minutes});
  const auto day = world.reader.downsample(series, kStart, kStart + kDay, 100);
  CHECK(day.source == Level::raw);
  CHECK(std::ranges::count(day.points, 1700.0, &Point::value) == 1);
  CHECK(world.reader.downsample(series, kStart, kStart, 100).points.empty());
}

TEST_CASE("aggregates of several periods are those of their samples") {
  World world;
  const Series series = world.writer.series(number_series("a/b/c"));
  world.writer.write(batch_of(series, curve(1)));
  const auto quarters = world.reader.aggregate(series, Level::five_minutes, 3, kStart, kStart + kDay);
  REQUIRE(quarters.size() == 96);
  CHECK(quarters[3].start == kStart + 45 * kMinute);
  CHECK(quarters[3].count == 15);
  const auto samples = world.reader.range(series, kStart + 45 * kMinute, kStart + kHour);
  double sum = 0;
  for (const Sample& sample : samples) sum += sample.number;
  CHECK(quarters[3].mean() == Approx(sum / 15));
  CHECK_THROWS_AS(world.reader.aggregate(series, Level::day, 2, 0, 1), std::invalid_argument);
}

TEST_CASE("on-time is what lies between the samples, whatever it is computed from") {
  World world;
  const Series series = world.writer.series({0, "a/b/on", Kind::boolean, "", false, 0});
  const auto at = [](Time time, bool on) { return Sample{time, on ? 1.0 : 0.0, {}, Quality::good}; };
  // On from 10 minutes to 3:30 h, and again for the last minute of the day.
  world.writer.write(batch_of(series, {at(kStart + 10 * kMinute, true), at(kStart + 3 * kHour + 30 * kMinute, false),
                                       at(kStart + kDay - kMinute, true)}));
  const auto hours = world.reader.on_time(series, Level::hour, kStart, kStart + kDay + kHour);
  REQUIRE(hours.size() == 25);
  CHECK(hours[0].on == 50 * kMinute);
  CHECK(hours[0].known == 50 * kMinute);
  CHECK(hours[1].on == kHour);
  CHECK(hours[3].on == 30 * kMinute);
  CHECK(hours[4].on == 0);
  CHECK(hours[4].known == kHour);
  CHECK(hours[23].on == kMinute);
  CHECK(hours[24].on == kHour);  // nothing was said about it since
  CHECK(hours[3].switched == 1);
  world.writer.compact();
  const auto buckets = world.reader.buckets(series, Level::day, 0, kLastTime);
  CHECK(buckets.size() == 2);
  CHECK(world.reader.on_time(series, Level::day, kStart, kStart + kDay).back().end == kStart + kDay);
}

TEST_CASE("SQL reads samples as rows") {
  World world;
  const Series number = world.writer.series(number_series("a/b/c"));
  const Series text = world.writer.series({0, "a/b/text", Kind::text, "", false, 0});
  world.writer.write(batch_of(number, curve(3)));
  world.writer.compact();
  world.writer.write(batch_of(text, {{kStart, 0, "open", Quality::uncertain}, {kStart + 1, 0, "shut", Quality::good}}));
  const auto ask = [&](const std::string& statement) {
    std::string result;
    world.reader.sql(statement, [&](const auto&, const auto& values) {
      for (const auto& value : values) result += value + " ";
      return true;
    });
    return result;
  };
  CHECK(ask("SELECT count(*) FROM samples") == "4322 ");
  CHECK(
      ask("SELECT count(*), max(value) FROM samples WHERE series = 'a/b/c' AND time >= 1700085600000 AND time < 1700172000000") ==
      "1440 3140.0 ");
  CHECK(ask("SELECT value, quality FROM samples WHERE series = 'a/b/text' ORDER BY time DESC") == "shut 0 open 1 ");
  CHECK(ask("SELECT value FROM samples WHERE series = 'a/b/text' AND time = 1699999200001") == "shut ");
  CHECK(ask("SELECT count(*) FROM samples WHERE series IN (SELECT name FROM series WHERE kind = 0) AND time > 'x'") ==
        "0 ");
  CHECK(ask("SELECT count(*) FROM samples WHERE series = 'none'") == "0 ");
  CHECK_THROWS(ask("DELETE FROM series"));
  CHECK_THROWS_WITH(ask("SELECT absent"), Catch::Contains("no such column"));
}

TEST_CASE("a query ends at its limits, and when it is interrupted") {
  World world;
  const Series series = world.writer.series(number_series("a/b/c"));
  world.writer.write(batch_of(series, curve(10)));
  world.writer.compact();
  Reader few(world.place.file(), "UTC", {std::chrono::seconds(10), 100}, world.clock);
  CHECK_THROWS_WITH(few.range(series, 0, kLastTime), Catch::Contains("more than 100 rows"));
  CHECK(few.range(series, kStart, kStart + 50 * kMinute).size() == 50);
  Reader none(world.place.file(), "UTC", {std::chrono::milliseconds(0), 100}, world.clock);
  CHECK_THROWS_AS(none.downsample(series, 0, kLastTime, 100), ReadStopped);
  const auto interrupt = [&](const auto&, const auto&) {
    world.reader.interrupt();
    return true;
  };
  CHECK_THROWS_WITH(world.reader.sql("SELECT a.time FROM samples a, samples b", interrupt),
                    Catch::Contains("interrupted"));
  CHECK(world.reader.find("a/b/c"));  // the next one is not
}

TEST_CASE("readers in other threads see whole batches while the writer writes and compacts") {
  World world;
  const Series series = world.writer.series(number_series("a/b/c"));
  std::atomic<bool> is_done{false};
  std::atomic<int> wrong{0};
  std::thread thread([&] {
    Reader reader(world.place.file(), "UTC", {}, world.clock);
    while (!is_done) {
      const auto samples = reader.range(series, 0, kLastTime);
      if (samples.size() % 100 != 0) ++wrong;
      if (!samples.empty() && reader.buckets(series, Level::day, 0, kLastTime).empty()) ++wrong;
    }
  });
  for (int batch = 0; batch < 60; ++batch) {
    std::vector<Sample> samples;
    for (int n = 0; n < 100; ++n) samples.push_back(number_at(kStart + (batch * 100 + n) * 1000, n));
    world.writer.write(batch_of(series, samples));
    if (batch % 7 == 0) world.writer.compact();
  }
  is_done = true;
  thread.join();
  CHECK(wrong == 0);
  CHECK(world.reader.range(series, 0, kLastTime).size() == 6000);
}

TEST_CASE("a reader without a file, or of another version, says so") {
  const Place place;
  const ManualClock clock;
  CHECK_THROWS_WITH(Reader(place.file(), "UTC", {}, clock), Catch::Contains("history.db"));
  { const Writer writer(place.settings(), clock); }
  SQLite::Database(place.file().string(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version=99");
  CHECK_THROWS_WITH(Reader(place.file(), "UTC", {}, clock), Catch::Contains("version 99"));
}
