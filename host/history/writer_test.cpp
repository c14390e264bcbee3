#include "history/writer.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <fstream>

#include "catch.h"
#include "history/chunk_table.h"
#include "history/raw_samples.h"
#include "history/reader.h"
#include "history/rollup_update.h"
#include "history/test_history.h"

using namespace m2ag::host::history;
using m2ag::host::ManualClock;

namespace {

constexpr Time kStart = 1'700'000'000'000;

/// What another connection sees in the chunks of a series.
std::vector<Sample> stored(const Place& place, const Series& series) {
  SQLite::Database database(place.file().string(), SQLite::OPEN_READONLY);
  ChunkTable chunks(database);
  return RawSamples(chunks, series, {}).stored(0, kLastTime);
}

std::vector<Sample> ramp(Time from, int count, Time step = 1000) {
  std::vector<Sample> samples;
  for (int n = 0; n < count; ++n) samples.push_back(number_at(from + n * step, n / 10.0));
  return samples;
}

}  // namespace

TEST_CASE("what was written is there after the program starts again, and in chunks after compaction") {
  const Place place;
  const ManualClock clock;
  const auto samples = ramp(kStart, 5000);
  Series series;
  {
    Writer writer(place.settings(), clock);
    CHECK(writer.report().is_new);
    series = writer.series({0, "house/air/temperature", Kind::number, "°C", false, 0});
    CHECK(writer.write(batch_of(series, samples)).samples == 5000);
  }
  Writer writer(place.settings(), clock);
  CHECK_FALSE(writer.report().is_new);
  CHECK_FALSE(writer.report().was_interrupted);
  CHECK(writer.series(series).id == series.id);
  CHECK(writer.stats().waiting == 5000);
  CHECK(stored(place, series).empty());
  writer.compact();
  CHECK(writer.stats().waiting == 0);
  CHECK(stored(place, series) == samples);
}

TEST_CASE("duplicates are stored once, within a batch, between batches and after compaction") {
  const Place place;
  const ManualClock clock;
  Writer writer(place.settings(), clock);
  const Series series = writer.series(number_series("a/b/c"));
  auto samples = ramp(kStart, 100);
  samples[50].time = samples[49].time;  // one time, two values: both are kept
  writer.write(batch_of(series, samples));
  writer.write(batch_of(series, samples));
  writer.compact();
  CHECK(stored(place, series) == samples);
  CHECK(writer.stats().duplicates == 100);
  writer.write(batch_of(series, samples));
  writer.compact();
  CHECK(stored(place, series) == samples);
  CHECK(writer.stats().duplicates == 200);
}

TEST_CASE("late samples in any order come out sorted") {
  const Place place;
  const ManualClock clock;
  Writer writer(place.settings(), clock);
  const Series series = writer.series(number_series("a/b/c"));
  const auto samples = ramp(kStart, 9'000);
  for (int part : {7, 1, 5, 0, 8, 3, 2, 6, 4}) {
    std::vector<Sample> some;
    for (std::size_t n = static_cast<std::size_t>(part); n < samples.size(); n += 9) some.push_back(samples[n]);
    writer.write(batch_of(series, some));
    writer.compact();
  }
  CHECK(stored(place, series) == samples);
}

TEST_CASE("what cannot be stored is refused and counted, and the rest of the batch is stored") {
  const Place place;
  const ManualClock clock;
  Writer writer(place.settings(), clock);
  const Series series = writer.series(number_series("a/b/c"));
  const auto count = writer.write(batch_of(series, {number_at(kStart, 1),
                                                    number_at(-1, 1),
                                                    number_at(kLastTime + 1, 1),
                                                    number_at(kStart, std::nan("")),
                                                    {kStart, 0, std::string(kMaxText + 1, 'x'), Quality::good}}));
  CHECK(count.samples == 1);
  CHECK(count.refused == 4);
  Series unknown = series;
  unknown.id = 99;
  CHECK(writer.write(batch_of(unknown, {number_at(kStart, 1)})).refused == 1);
}

TEST_CASE("a series whose kind changes goes on under another name") {
  const Place place;
  const ManualClock clock;
  Writer writer(place.settings(), clock);
  const Series number = writer.series(number_series("a/b/c"));
  const Series text = writer.series({0, "a/b/c", Kind::text, "", false, 0});
  CHECK(text.name == "a/b/c#2");
  CHECK(text.id != number.id);
  CHECK(writer.series({0, "a/b/c", Kind::text, "", false, 0}).id == text.id);
  CHECK(writer.series({0, "a/b/c", Kind::number, "K", false, 0}).unit == "K");
  CHECK(writer.all_series().size() == 2);
}

TEST_CASE("samples move into chunks when there are enough of them, or when they have waited long enough") {
  const Place place;
  ManualClock clock;
  auto settings = place.settings();
  settings.journal_samples = 100;
  settings.journal_age = std::chrono::minutes(10);
  Writer writer(settings, clock);
  const Series series = writer.series(number_series("a/b/c"));
  writer.write(batch_of(series, ramp(kStart, 99)));
  writer.maintain();
  CHECK(writer.stats().compactions == 0);
  writer.write(batch_of(series, ramp(kStart + 100'000, 1)));
  writer.maintain();
  CHECK(writer.stats().compactions == 1);
  writer.write(batch_of(series, ramp(kStart + 200'000, 1)));
  writer.maintain();
  CHECK(writer.stats().compactions == 1);
  clock.advance(std::chrono::minutes(10));
  writer.maintain();
  CHECK(writer.stats().compactions == 2);
}

TEST_CASE("while the disk is nearly full only rollups are kept, and it is said once") {
  const Place place;
  const ManualClock clock;
  std::uint64_t free = 1000;
  std::vector<bool> told;
  auto settings = place.settings();
  settings.least_free = 100;
  Writer writer(settings, clock, {{}, [&](bool is_low, std::uint64_t) { told.push_back(is_low); }, {}},
                [&](const auto&) { return free; });
  const Series series = writer.series(number_series("a/b/c"));
  const auto round = [&](Time from) {
    Batch batch = batch_of(series, ramp(from, 30));
    batch.messages.push_back({from, "t", "x", 0, false});
    writer.write(batch);
    writer.maintain();
    writer.compact();
  };
  round(kStart);
  free = 99;
  round(kStart + 30'000);
  free = 110;  // not enough more
  round(kStart + 60'000);
  free = 200;
  round(kStart + 90'000);
  CHECK(told == std::vector<bool>{true, false});
  CHECK(writer.stats().passed_over == 2);
  CHECK(writer.stats().messages == 2);
  CHECK(stored(place, series).size() == 90);  // what came before it was noticed is kept too
  SQLite::Database database(place.file().string(), SQLite::OPEN_READONLY);
  ChunkTable chunks(database);
  std::int64_t count = 0;
  for (const Bucket& bucket : stored_buckets(chunks, series, Level::minute, 0, kLastTime)) count += bucket.count;
  CHECK(count == 120);
  CHECK(stored_buckets(chunks, series, Level::day, 0, kLastTime).front().count == 120);
}

TEST_CASE("the file is readable by its owner only") {
  const Place place;
  const ManualClock clock;
  const Writer writer(place.settings(), clock);
  for (const char* name : {"history.db", "history.db-wal", "history.db-shm"}) {
    struct stat info {};
    REQUIRE(::stat(place.file(name).c_str(), &info) == 0);
    CHECK((info.st_mode & 0777U) == 0600U);
  }
}

TEST_CASE("a file of a newer version, or of another program, is refused with a sentence and not touched") {
  const Place place;
  const ManualClock clock;
  const auto bytes = [&] {
    std::ifstream file(place.file(), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  { Writer(place.settings(), clock); }
  SQLite::Database(place.file().string(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version=99");
  const auto before = bytes();
  CHECK_THROWS_WITH(Writer(place.settings(), clock),
                    Catch::Contains("version 99") && Catch::Contains("use a newer m2ag"));
  CHECK(bytes() == before);
  std::filesystem::remove(place.file());
  SQLite::Database(place.file().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("CREATE TABLE mine(x)");
  CHECK_THROWS_WITH(Writer(place.settings(), clock), Catch::Contains("another program's database"));
  auto settings = place.settings();
  settings.file = "/nonexistent/history.db";
  CHECK_THROWS_WITH(Writer(settings, clock),
                    Catch::Contains("/nonexistent/history.db") && Catch::Contains("No such file"));
}

TEST_CASE("a history has one writer at a time, who says which process it is") {
  const Place place;
  const ManualClock clock;
  {
    const Writer first(place.settings(), clock);
    CHECK_THROWS_WITH(Writer(place.settings(), clock),
                      Catch::Contains("another logger writes this history (process " + std::to_string(::getpid())));
  }
  CHECK_NOTHROW(Writer(place.settings(), clock));
}

TEST_CASE("a note is there again, and is not one of the history's own words") {
  const Place place;
  const ManualClock clock;
  {
    Writer writer(place.settings(), clock);
    CHECK(writer.note("zone").empty());
    writer.set_note("zone", "a\nb");
  }
  Writer again(place.settings(), clock);
  CHECK(again.note("zone") == "a\nb");
  CHECK(zone_of(place.file()) == "UTC");
}
