// Histories that were left in the middle of something, and such whose pages were written over.
#include <fstream>
#include <random>
#include <set>

#include "catch.h"
#include "history/error.h"
#include "history/reader.h"
#include "history/test_history.h"

using namespace m2ag::host::history;
using m2ag::host::ManualClock;

namespace {

constexpr Time kStart = 1'700'000'000'000;
constexpr std::streamoff kPage = 4096;

/// As kill -9 leaves it: the file and its log, without closing.
void copy_as_it_is(const Place& from, const Place& to) {
  for (const char* name : {"history.db", "history.db-wal"}) {
    if (std::filesystem::exists(from.file(name))) std::filesystem::copy_file(from.file(name), to.file(name));
  }
}

void write_over(const std::filesystem::path& path, std::streamoff at, std::size_t size, std::mt19937& random) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(at);
  for (std::size_t n = 0; n < size; ++n) file.put(static_cast<char>(random()));
}

constexpr int kSeries = 20, kSamples = 2500;

double value_of(SeriesId series, Time time) { return static_cast<double>((time / 1000 * 31 + series * 7) % 1009) / 7; }

/// A history of some hundred pages. What can be read of it later must be what was written.
void fill(Writer& writer) {
  for (int n = 0; n < kSeries; ++n) {
    const Series series = writer.series(number_series("a/b/" + std::to_string(n)));
    std::vector<Sample> samples;
    for (int s = 0; s < kSamples; ++s)
      samples.push_back(number_at(kStart + s * 1000, value_of(series.id, kStart + s * 1000)));
    Batch batch = batch_of(series, std::move(samples));
    for (int m = 0; m < 50; ++m) batch.messages.push_back({kStart + m, "a/b", std::string(200, 'm'), 0, false});
    batch.happenings.push_back({kStart, "house", "", "filled", ""});
    writer.write(std::move(batch));
  }
  writer.compact();
}

constexpr int kInvented = -1'000'000;  // makes the count wrong

/// How many samples are there; all of them must be true.
int count_true(const Place& place) {
  const ManualClock clock;
  Reader reader(place.file(), "UTC", {}, clock);
  int count = 0;
  for (const Series& series : reader.series()) {
    for (const Sample& sample : reader.range(series, 0, kLastTime)) {
      count += sample.number == value_of(series.id, sample.time) ? 1 : kInvented;
    }
  }
  return count;
}

}  // namespace

TEST_CASE("killed at any moment, a history has all that was acknowledged, once") {
  const Place place;
  const ManualClock clock;
  std::mt19937 random(5);
  Writer writer(place.settings(), clock);
  const Series series = writer.series(number_series("a/b/c"));
  int written = 0, cut = 0;
  for (int round = 0; round < 30; ++round) {
    const auto log = [&] { return std::filesystem::file_size(place.file("history.db-wal")); };
    int before = 0;
    std::uintmax_t size_before = 0;
    for (unsigned batch = 0; batch < 1 + random() % 5; ++batch) {
      before = written;
      size_before = log();
      std::vector<Sample> samples;
      for (unsigned n = 0; n < 1 + random() % 300; ++n, ++written)
        samples.push_back(number_at(kStart + written, written));
      writer.write(batch_of(series, samples));
      if (random() % 6 == 0) writer.compact();
      if (random() % 20 == 0) writer.vacuum();
    }
    const Place other;
    copy_as_it_is(place, other);
    // A write that was cut off: its transaction is not there, all before it are. Below 900 pages nothing of the log is in the file yet.
    const bool is_cut = round % 2 == 0 && log() > size_before && log() < 900 * kPage;
    if (is_cut)
      std::filesystem::resize_file(other.file("history.db-wal"), size_before + random() % (log() - size_before));
    cut += is_cut;
    {
      Writer again(other.settings(), clock);
      CHECK(again.report().was_interrupted);
      CHECK_FALSE(again.report().damage);
      if (round % 3 == 0) again.compact();
    }
    Reader reader(other.file(), "UTC", {}, clock);
    const auto samples = reader.range(series, 0, kLastTime);
    const auto count = static_cast<int>(samples.size());
    REQUIRE(count >= (is_cut ? before : written));
    REQUIRE(count <= written);
    int right = 0;
    for (const Sample& sample : samples) right += sample == number_at(kStart + right, right);
    REQUIRE(right == count);
    SQLite::Database check(other.file().string(), SQLite::OPEN_READWRITE);
    REQUIRE(check.execAndGet("PRAGMA integrity_check").getString() == "ok");
  }
  CHECK(cut > 5);
}

TEST_CASE("pages that were written over: the file is moved aside, and what can be read is in the new one") {
  ManualClock clock;
  const Place whole;
  auto settings = whole.settings();
  { Writer writer(settings, clock); }
  Writer writer(settings, clock);
  fill(writer);
  writer.vacuum();  // all of it is in the file, which still says that it is open
  const auto pages = static_cast<unsigned>(std::filesystem::file_size(whole.file()) / kPage);
  std::mt19937 random(11);
  int least = kSeries * kSamples;
  for (int round = 0; round < 9; ++round) {
    const Place place;
    copy_as_it_is(whole, place);
    // The first rounds leave the first page, where the schema is; the last ones hit it, too.
    for (int n = 0; n < 5; ++n)
      write_over(place.file(), static_cast<std::streamoff>(1 + random() % (pages - 1)) * kPage, kPage, random);
    if (round >= 6) write_over(place.file(), 0, 200 + random() % 3000, random);
    std::string told;
    clock.advance(std::chrono::seconds(1));
    {
      Writer again(place.settings(), clock, {[&](const Damage& damage) { told = damage.sentence(); }, {}, {}});
      INFO(told);
      if (!again.report().damage) continue;  // only blobs were hit, which their checksums tell
      const Damage& damage = *again.report().damage;
      CHECK_THAT(told, Catch::Contains("moved to " + damage.moved_to.string()));
      CHECK_THAT(damage.moved_to.filename().string(), Catch::Contains("history.db.corrupt-20200101T0000"));
      CHECK(std::filesystem::exists(damage.moved_to));
      CHECK_FALSE(std::filesystem::exists(damage.moved_to.string() + "-shm"));
      // It goes on.
      const Series more = again.series(number_series("a/b/more"));
      CHECK(again.write(batch_of(more, {number_at(kStart, value_of(more.id, kStart))})).samples == 1);
    }
    const int count = count_true(place);
    INFO("round " << round << ": " << count);
    least = std::min(least, count);
    CHECK(count > kSeries * kSamples * 85 / 100);
  }
  INFO("least " << least << " of " << kSeries * kSamples << " in " << pages << " pages");
  CHECK(least < kSeries * kSamples);
}

TEST_CASE("the roots of all tables written over: what lies below them is found all the same") {
  ManualClock clock;
  const Place place;
  std::vector<std::streamoff> roots;
  {
    Writer writer(place.settings(), clock);
    fill(writer);
    writer.vacuum();
    SQLite::Database schema(place.file().string());
    SQLite::Statement rows(schema, "SELECT rootpage FROM sqlite_master WHERE name <> 'series_name'");
    while (rows.executeStep()) roots.push_back(rows.getColumn(0).getInt64() - 1);
  }
  std::mt19937 random(17);
  for (const std::streamoff page : roots) write_over(place.file(), page * kPage, kPage, random);
  SECTION("and the schema") { write_over(place.file(), 0, kPage, random); }
  SECTION("and the names") {
    SQLite::Database schema(place.file().string());
    const auto page = schema.execAndGet("SELECT rootpage FROM sqlite_master WHERE name = 'series_name'").getInt64() - 1;
    write_over(place.file(), page * kPage, kPage, random);
  }
  const Writer again(place.settings(), clock);
  REQUIRE(again.report().damage);
  const Salvaged& salvaged = again.report().damage->salvaged;
  INFO(again.report().damage->sentence());
  CHECK(count_true(place) > kSeries * kSamples * 8 / 10);
  CHECK(salvaged.series == kSeries);
  CHECK(salvaged.messages > kSeries * 50 * 8 / 10);
  Reader reader(place.file(), "UTC", {}, clock);
  std::set<std::string> names;
  for (const Series& series : reader.series()) names.insert(series.name);
  CHECK((salvaged.unnamed == 0 ? names.contains("a/b/19") : names.contains("recovered/20")));
  CHECK(names.size() == kSeries);
}

TEST_CASE("damage that shows only while it is written to is dealt with then, and the batch is stored") {
  const Place place;
  ManualClock clock;
  {
    Writer writer(place.settings(), clock);
    fill(writer);
  }
  std::mt19937 random(13);
  int damaged = 0;
  Writer writer(place.settings(), clock, {[&](const Damage&) { ++damaged; }, {}, {}});
  CHECK(damaged == 0);
  const Series series = writer.series(number_series("a/b/0"));
  SQLite::Database(place.file().string()).execAndGet("SELECT count(*) FROM chunks");
  const auto pages = static_cast<std::streamoff>(std::filesystem::file_size(place.file()) / kPage);
  for (std::streamoff page = 1; page < pages; ++page) write_over(place.file(), page * kPage, kPage, random);
  writer.write(batch_of(series, {number_at(kStart + 9'999'000, value_of(series.id, kStart + 9'999'000))}));
  writer.compact();
  CHECK(damaged == 1);
  CHECK(writer.stats().damaged_files == 1);
  CHECK(count_true(place) >= 1);
  Reader reader(place.file(), "UTC", {}, clock);
  CHECK(reader.latest(series)->time == kStart + 9'999'000);
}

TEST_CASE("a file that is no database at all is moved aside, and a reader finds the new one") {
  const Place place;
  ManualClock clock;
  std::ofstream(place.file()) << std::string(10'000, 'x');
  const Writer writer(place.settings(), clock);
  REQUIRE(writer.report().damage);
  CHECK(writer.report().damage->salvaged.series == 0);
  CHECK(std::filesystem::file_size(writer.report().damage->moved_to) == 10'000);
}

TEST_CASE("of damaged files the newest three are kept") {
  const Place place;
  ManualClock clock;
  std::vector<std::string> copies;
  for (int n = 0; n < 5; ++n) {
    std::ofstream(place.file()) << std::string(10'000, 'x');
    const Writer writer(place.settings(), clock);
    REQUIRE(writer.report().damage);
    copies.push_back(writer.report().damage->moved_to.string());
    clock.advance(std::chrono::seconds(1));
  }
  CHECK_FALSE(std::filesystem::exists(copies[0]));
  CHECK_FALSE(std::filesystem::exists(copies[1]));
  for (int n = 2; n < 5; ++n) CHECK(std::filesystem::exists(copies[static_cast<std::size_t>(n)]));
}

TEST_CASE("a damaged blob costs its own samples only") {
  const Place place;
  ManualClock clock;
  Writer writer(place.settings(), clock);
  fill(writer);
  const Series series = writer.series(number_series("a/b/3"));
  SQLite::Database(place.file().string(), SQLite::OPEN_READWRITE)
      .exec(
          "UPDATE chunks SET data = zeroblob(length(data)) WHERE series = 4 AND level = 0 AND first_time = (SELECT "
          "max(first_time) FROM chunks WHERE series = 4 AND level = 0)");
  Reader reader(place.file(), "UTC", {}, clock);
  CHECK(series.id == 4);
  CHECK_FALSE(reader.has_met_damage());
  const auto left = reader.range(series, 0, kLastTime);
  CHECK(reader.has_met_damage());
  CHECK(left.size() > 100);
  CHECK(left.size() < kSamples);
  writer.write(batch_of(series, {number_at(kStart + 9'999'000, 1)}));
  writer.compact();
  CHECK(reader.range(series, 0, kLastTime).size() == left.size() + 1);
  CHECK(writer.stats().damaged_blobs >= 1);
}
