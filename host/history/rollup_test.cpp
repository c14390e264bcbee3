// Rollups against a computation from all samples at once, over a year with gaps, late samples and both changes of the clock.
#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "catch.h"
#include "history/reader.h"
#include "history/test_history.h"

using namespace m2ag::host::history;
using m2ag::host::ManualClock;

namespace {

const char* const kZone = "Europe/Berlin";
constexpr Time kMinute = 60'000, kHour = 60 * kMinute, kDay = 24 * kHour;
constexpr Time kYear = 1'704'063'600'000;  // 2024-01-01 00:00 in Berlin

bool is_near(double a, double b) { return std::abs(a - b) <= 1e-9 * std::max(1.0, std::abs(b)); }

/// The same numbers, as far as their sums go.
bool is_same(const Bucket& a, const Bucket& b) {
  Bucket other = a;
  other.sum = b.sum;
  other.increase = b.increase;
  return other == b && is_near(a.sum, b.sum) && is_near(a.increase, b.increase);
}

/// One assertion for all: Catch2 takes longer than what is looked at.
void check_same(const std::vector<Bucket>& found, const std::vector<Bucket>& expected) {
  REQUIRE(found.size() == expected.size());
  const auto [one, other] = std::ranges::mismatch(found, expected, is_same);
  INFO("the period " << (other == expected.end() ? 0 : other->start));
  REQUIRE(one == found.end());
}

/// From the definition alone: one pass over the samples of each period.
std::vector<Bucket> brute_force(const Calendar& calendar, Level level, const Series& series,
                                const std::vector<Sample>& samples) {
  std::map<Time, std::vector<Sample>> periods;
  for (const Sample& sample : samples) {
    if (sample.quality != Quality::bad) periods[calendar.start(level, sample.time)].push_back(sample);
  }
  std::vector<Bucket> buckets;
  for (const auto& [start, in] : periods) {
    Bucket bucket;
    bucket.start = start;
    bucket.count = static_cast<std::int64_t>(in.size());
    bucket.min = bucket.max = in.front().number;
    bucket.last = in.back().number;
    const Time end = calendar.end(level, start);
    for (std::size_t n = 0; n < in.size(); ++n) {
      bucket.sum += in[n].number;
      bucket.min = std::min(bucket.min, in[n].number);
      bucket.max = std::max(bucket.max, in[n].number);
      if (series.counter && n > 0)
        bucket.increase += in[n].number >= in[n - 1].number ? in[n].number - in[n - 1].number : in[n].number;
      if (series.kind == Kind::boolean && in[n].number != 0)
        bucket.on += (n + 1 < in.size() ? in[n + 1].time : end) - in[n].time;
    }
    if (series.kind == Kind::boolean) bucket.first_after = in.front().time - start;
    if (series.kind == Kind::boolean || series.counter) bucket.first = in.front().number;
    buckets.push_back(bucket);
  }
  return buckets;
}

/// A year with gaps of minutes to days, a denser week around each change of the clock, some samples of bad quality.
std::vector<Sample> year(const Series& series, std::mt19937& random) {
  std::vector<Sample> samples;
  double counter = 0;
  for (Time time = kYear; time < kYear + 366 * kDay;) {
    const bool is_near_change = (time > 1'711'580'000'000 && time < 1'712'000'000'000) ||  // 2024-03-31
                                (time > 1'729'780'000'000 && time < 1'730'200'000'000);    // 2024-10-27
    Sample sample{time, 0, {}, random() % 50 == 0 ? Quality::bad : Quality::good};
    if (series.kind == Kind::boolean) {
      sample.number = random() % 2 == 0 ? 0 : 1;
    } else if (series.counter) {
      counter = random() % 200 == 0 ? 0 : counter + static_cast<double>(random() % 100) / 10;
      sample.number = std::round(counter * 10) / 10;
    } else {
      sample.number =
          std::round(2000 + 500 * std::sin(static_cast<double>(time) / 3e9) + static_cast<double>(random() % 100)) /
          100;
    }
    samples.push_back(sample);
    time += static_cast<Time>(1 + random() % static_cast<unsigned>(is_near_change ? 900'000 : 12'000'000));
    if (random() % 500 == 0) time += static_cast<Time>(random() % 5) * kDay;
  }
  return samples;
}

}  // namespace

TEST_CASE("rollups of a year are what all its samples come to, compacted or not") {
  const Place place;
  const ManualClock clock;
  auto settings = place.settings();
  settings.zone = kZone;
  Writer writer(settings, clock);
  Reader reader(place.file(), kZone, {std::chrono::hours(1), 100'000'000}, clock);
  const Calendar calendar{TimeZone(kZone)};
  std::mt19937 random(7);
  const std::vector<Series> all{writer.series({0, "a/b/number", Kind::number, "", false, 0}),
                                writer.series({0, "a/b/counter", Kind::number, "", true, 0}),
                                writer.series({0, "a/b/boolean", Kind::boolean, "", false, 0})};
  std::map<SeriesId, std::vector<Sample>> samples;
  std::vector<SeriesSample> stream, late;
  for (const Series& series : all) {
    samples[series.id] = year(series, random);
    for (const Sample& sample : samples[series.id]) (random() % 50 == 0 ? late : stream).push_back({series.id, sample});
  }
  std::ranges::stable_sort(stream, {}, [](const SeriesSample& each) { return each.sample.time; });
  std::ranges::shuffle(late, random);
  // The late ones come in between, somewhere; each twentieth batch is compacted, the last ones are not.
  const std::size_t step = stream.size() / 60 + 1, late_step = late.size() / 60 + 1;
  for (std::size_t n = 0; n < 60; ++n) {
    Batch batch;
    const auto take = [&](const std::vector<SeriesSample>& from, std::size_t size) {
      for (std::size_t at = n * size; at < std::min(from.size(), (n + 1) * size); ++at)
        batch.samples.push_back(from[at]);
    };
    take(stream, step);
    take(late, late_step);
    writer.write(std::move(batch));
    if (n % 20 == 5) writer.compact();
  }
  for (const bool is_compacted : {false, true}) {
    if (is_compacted) writer.compact();
    for (const Series& series : all) {
      const bool has_all = reader.range(series, 0, kLastTime) == samples[series.id];
      REQUIRE(has_all);
      for (const Level level : kRollups) {
        INFO(series.name << " level " << static_cast<int>(level));
        const auto expected = brute_force(calendar, level, series, samples[series.id]);
        const auto found = reader.buckets(series, level, 0, kLastTime);
        check_same(found, expected);
      }
    }
  }
}

TEST_CASE("days are made anew when the time zone is set to another") {
  const Place place;
  const ManualClock clock;
  auto settings = place.settings();
  Series series;
  std::vector<Sample> samples;
  for (int n = 0; n < 200; ++n) samples.push_back(number_at(kYear + n * kHour, n));
  {
    Writer writer(settings, clock);
    series = writer.series(number_series("a/b/c"));
    writer.write(batch_of(series, samples));
    writer.compact();
  }
  settings.zone = kZone;
  const Writer writer(settings, clock);
  Reader reader(place.file(), kZone, {}, clock);
  const auto days = reader.buckets(series, Level::day, 0, kLastTime);
  const auto expected = brute_force(Calendar{TimeZone(kZone)}, Level::day, series, samples);
  check_same(days, expected);
}

TEST_CASE("days of which the hours are gone outlive another time zone") {
  const Place place;
  const ManualClock clock;
  auto settings = place.settings();
  Series series;
  {
    Writer writer(settings, clock);
    series = writer.series(number_series("a/b/c"));
    std::vector<Sample> samples;
    for (int n = 0; n < 200; ++n) samples.push_back(number_at(kYear + n * kHour, n));
    writer.write(batch_of(series, samples));
    writer.compact();
  }
  SQLite::Database(place.file().string(), SQLite::OPEN_READWRITE).exec("DELETE FROM chunks WHERE level IN (1, 2, 3)");
  settings.zone = kZone;
  const Writer writer(settings, clock);
  Reader reader(place.file(), kZone, {}, clock);
  const auto days = reader.buckets(series, Level::day, 0, kLastTime);
  std::int64_t count = 0;
  for (const Bucket& day : days) count += day.count;
  CHECK(count == 200);
}
