#include "history/retention.h"

#include <random>

#include "catch.h"
#include "history/reader.h"
#include "history/test_history.h"

using namespace m2ag::host::history;
using m2ag::host::ManualClock;

namespace {

constexpr Time kStart = 1'577'836'800'000;  // the ManualClock's
constexpr Time kDay = 86'400'000;

/// One sample every `step` of the days [from, to).
std::vector<Sample> days(int from, int to, Time step = 600'000) {
  std::vector<Sample> samples;
  for (Time time = kStart + from * kDay; time < kStart + to * kDay; time += step)
    samples.push_back(number_at(time, static_cast<double>(time % 977)));
  return samples;
}

std::int64_t count_of(const std::vector<Bucket>& buckets) {
  std::int64_t count = 0;
  for (const Bucket& bucket : buckets) count += bucket.count;
  return count;
}

}  // namespace

TEST_CASE("samples and rollups go when they are older than their rule says, and late ones are refused then") {
  const Place place;
  ManualClock clock;
  auto settings = place.settings();
  settings.retention.series = {{"short/#", Days(10), Days(20), Days(100), 0},
                               {"long/+/c", Days(0), Days(0), Days(0), 0}};
  Writer writer(settings, clock);
  Reader reader(place.file(), "UTC", {}, clock);
  const Series brief = writer.series(number_series("short/b/c")), always = writer.series(number_series("long/b/c"));
  for (int day = 0; day < 120; day += 5) {
    for (const Series& series : {brief, always}) writer.write(batch_of(series, days(day, day + 5, 120'000)));
    writer.compact();
    clock.advance(std::chrono::hours(5 * 24));
  }
  writer.vacuum();
  CHECK(reader.range(always, 0, kLastTime).size() == 120 * 720);
  const auto kept = reader.range(brief, 0, kLastTime);
  CHECK(kept.back().time == kStart + 120 * kDay - 120'000);
  CHECK(kept.front().time <= kStart + 110 * kDay);  // what is partly young is kept
  CHECK(kept.front().time > kStart + 104 * kDay);
  const auto minutes = reader.buckets(brief, Level::minute, 0, kLastTime);
  CHECK(minutes.front().start > kStart + 92 * kDay);
  CHECK(minutes.front().start <= kStart + 100 * kDay);
  CHECK(reader.buckets(brief, Level::day, 0, kLastTime).size() == 120);

  const Series now = *reader.find("short/b/c");
  CHECK(now.raw_floor <= kept.front().time);
  CHECK(now.raw_floor > kept.front().time - 120'000);
  CHECK(writer.write(batch_of(brief, {number_at(kStart + 50 * kDay, 5)})).refused == 1);

  // A late one into the first day of which samples are left: its day has lost nothing.
  const Time day = now.raw_floor / kDay * kDay;
  writer.write(batch_of(brief, {number_at(now.raw_floor + 1, 5000)}));
  writer.compact();
  const auto bucket = reader.buckets(brief, Level::day, day, day + kDay).front();
  CHECK(bucket.count == 721);
  CHECK(bucket.max == 5000);

  // A curve over all of it begins where the days begin.
  const auto curve = reader.downsample(brief, kStart, kStart + 120 * kDay, 2000);
  CHECK(curve.points.front().time == kStart);
  CHECK(curve.points.back().time > kStart + 119 * kDay);
}

TEST_CASE("a bound in megabytes holds over a year, the oldest go first, and the file gives the space back") {
  const Place place;
  ManualClock clock;
  auto settings = place.settings();
  settings.retention.series = {{"#", Days(0), Days(0), Days(0), 1}};
  std::mt19937 random(3);
  Writer writer(settings, clock);
  std::vector<Series> all;
  for (int n = 0; n < 4; ++n) all.push_back(writer.series(number_series("a/b/" + std::to_string(n))));
  std::uint64_t largest = 0;
  std::int64_t written = 0;
  for (int week = 0; week < 52; ++week) {
    for (const Series& series : all) {
      auto samples = days(week * 7, week * 7 + 7, 1'200'000);
      for (Sample& sample : samples) sample.number = std::uniform_real_distribution<double>()(random);  // 8 bytes each
      written += static_cast<std::int64_t>(samples.size());
      writer.write(batch_of(series, std::move(samples)));
    }
    writer.compact();
    clock.advance(std::chrono::hours(7 * 24));
    writer.maintain();
    largest = std::max(largest, writer.stats().file_bytes);
  }
  CHECK(largest < 1'500'000);
  CHECK(largest > 700'000);
  Reader reader(place.file(), "UTC", {}, clock);
  for (const Series& series : all) {
    CHECK(count_of(reader.buckets(series, Level::day, 0, kLastTime)) == written / 4);
    CHECK(reader.range(series, 0, kLastTime).back().time > kStart + 363 * kDay);
  }

  // With a smaller bound the file shrinks.
  settings.file = place.file("small.db");
  std::filesystem::copy_file(place.file(), settings.file);
  std::filesystem::copy_file(place.file("history.db-wal"), place.file("small.db-wal"));
  settings.retention.series.front().filter = "none";
  settings.retention.series.push_back({"a/#", Days(30), Days(32), Days(60), 0});
  Writer small(settings, clock);
  small.vacuum();
  CHECK(small.stats().file_bytes < largest * 2 / 3);
  CHECK(small.stats().log_bytes == 0);
}

TEST_CASE("what a blob takes in the file") {
  CHECK(bytes_in_file(100) < 200);
  CHECK(bytes_in_file(900) < 1300);
  CHECK(bytes_in_file(4'600) < 4'600 + 1'000);
  CHECK(bytes_in_file(2'500) > 4'096);
}

TEST_CASE("a rule is for what has the name of one of another kind too") {
  const Place place;
  ManualClock clock;
  auto settings = place.settings();
  settings.retention.series = {{"a/b/c", Days(10), Days(0), Days(0), 0}};
  Writer writer(settings, clock);
  writer.series({0, "a/b/c", Kind::text, "", false, 0});
  const Series second = writer.series(number_series("a/b/c"));
  CHECK(second.name == "a/b/c#2");
  CHECK(asked_name(second.name) == "a/b/c");
  CHECK(asked_name("a#b") == "a#b");
  writer.write(batch_of(second, days(0, 10, 120'000)));
  writer.compact();
  clock.advance(std::chrono::hours(60 * 24));
  writer.write(batch_of(second, days(60, 61, 120'000)));
  writer.compact();
  writer.vacuum();
  Reader reader(place.file(), "UTC", {}, clock);
  CHECK(reader.range(second, 0, kLastTime).front().time > kStart + 5 * kDay);  // what is partly young is kept
}
