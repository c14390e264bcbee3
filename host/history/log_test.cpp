#include "catch.h"
#include "history/message_log.h"
#include "history/reader.h"
#include "history/test_history.h"

using namespace m2ag::host::history;
using m2ag::host::ManualClock;

namespace {

constexpr Time kStart = 1'577'836'800'000;  // the ManualClock's

struct World {
  Place place;
  ManualClock clock;
  Writer writer{place.settings(), clock};
  Reader reader{place.file(), "UTC", {}, clock};
};

LogQuery ask(std::string filter, std::size_t limit = 100, std::string cursor = "") {
  LogQuery query;
  query.filter = std::move(filter);
  query.limit = limit;
  query.cursor = std::move(cursor);
  return query;
}

LogQuery between(Time from, Time to) {
  LogQuery query;
  query.from = from;
  query.to = to;
  return query;
}

LogQuery oldest_first() {
  LogQuery query;
  query.newest_first = false;
  return query;
}

}  // namespace

TEST_CASE("messages are read by time, filter and page, from either end") {
  World world;
  std::vector<Message> all;
  for (int n = 0; n < 100; ++n)
    all.push_back({kStart + n / 3, n % 4 == 0 ? "m2ag/a/air" : "m2ag/b/air",
                   std::string("pay\0load", 8) + std::to_string(n), static_cast<std::uint8_t>(n % 3), n % 2 == 0});
  Batch batch;
  batch.messages = all;
  CHECK(world.writer.write(batch).messages == 100);
  for (const bool newest_first : {false, true}) {
    std::vector<Message> found;
    LogQuery query = ask("m2ag/+/air", 7);
    query.newest_first = newest_first;
    do {
      const auto page = world.reader.messages(query);
      CHECK(page.rows.size() <= 7);
      found.insert(found.end(), page.rows.begin(), page.rows.end());
      query.cursor = page.cursor;
    } while (!query.cursor.empty());
    if (newest_first) std::ranges::reverse(found);
    CHECK(found == all);
  }
  CHECK(world.reader.messages(ask("m2ag/a/#")).rows.size() == 25);
  CHECK(world.reader.messages(between(kStart + 1, kStart + 3)).rows.size() == 6);
  CHECK(world.reader.messages(ask("other")).rows.empty());
  CHECK_THROWS_AS(world.reader.messages(ask("a/#/b")), std::invalid_argument);
  CHECK_THROWS_WITH(world.reader.messages(ask("#", 100, "12")), Catch::Contains("is no cursor"));
}

TEST_CASE("happenings are read by device, source and type") {
  World world;
  Batch batch;
  batch.happenings = {{kStart, "house", "pump", "component_failed", R"({"reason":"x"})"},
                      {kStart + 1, "house", "", "config_applied", ""},
                      {kStart + 2, "barn", "pump", "status", "running"}};
  CHECK(world.writer.write(batch).happenings == 3);
  CHECK(world.reader.happenings(oldest_first()).rows == batch.happenings);
  CHECK(world.reader.happenings(ask("house/#")).rows.size() == 2);
  CHECK(world.reader.happenings(ask("+/pump/+")).rows.size() == 2);
  CHECK(world.reader.happenings(ask("house//+")).rows == std::vector{batch.happenings[1]});
  const auto page = world.reader.happenings(ask("#", 2));
  CHECK(world.reader.happenings(ask("#", 2, page.cursor)).rows == std::vector{batch.happenings[0]});
}

TEST_CASE("messages and happenings go when they are old or too many") {
  const Place place;
  ManualClock clock;
  auto settings = place.settings();
  settings.retention.messages = Days(2);
  settings.retention.message_megabytes = 1;
  settings.retention.happenings = Days(3);
  settings.retention.happening_rows = 5;
  Writer writer(settings, clock);
  Reader reader(place.file(), "UTC", {}, clock);
  for (int day = 0; day < 4; ++day) {
    Batch batch;
    batch.messages.push_back({kStart + day * width_of(Level::day), "day", std::to_string(day), 0, false});
    batch.happenings.push_back({kStart + day * width_of(Level::day), "house", "", "day", std::to_string(day)});
    writer.write(batch);
    clock.advance(std::chrono::hours(24));
  }
  writer.vacuum();
  CHECK(reader.messages({}).rows.size() == 2);
  CHECK(reader.happenings({}).rows.size() == 3);
  Batch batch;
  for (int n = 0; n < 3000; ++n)
    batch.messages.push_back({kStart + 4 * width_of(Level::day), "t", std::string(1000, 'x'), 0, false});
  for (int n = 0; n < 8; ++n)
    batch.happenings.push_back({kStart + 4 * width_of(Level::day), "h", "", "n", std::to_string(n)});
  writer.write(batch);
  writer.vacuum();
  const auto left = reader.messages(ask("#", 10'000)).rows;
  CHECK(left.size() > 850);
  CHECK(left.size() < 1000);
  CHECK(reader.happenings({}).rows.size() == 5);
  CHECK(reader.happenings({}).rows.front().detail == "7");
}

TEST_CASE("messages that could not be written do not count, and those of a salvaged file do") {
  World world;
  SQLite::Database other(world.place.file().string(), SQLite::OPEN_READWRITE, 2000);
  other.exec("CREATE TRIGGER full BEFORE INSERT ON happenings BEGIN SELECT RAISE(FAIL, 'no room'); END");
  Batch batch;
  batch.messages.push_back({kStart, "t", std::string(10'000, 'x'), 0, false});
  batch.happenings.push_back({kStart, "house", "", "day", ""});
  for (int n = 0; n < 3; ++n) CHECK_THROWS(world.writer.write(batch));
  other.exec("DROP TRIGGER full");
  world.writer.write(batch);
  MessageLog log(other);
  CHECK(log.bytes() > 10'000);
  CHECK(log.bytes() < 11'000);
  const auto bytes = log.bytes();
  other.exec("DELETE FROM meta WHERE key = 'message_bytes'");
  CHECK(log.bytes() == bytes);
  other.exec("DELETE FROM messages; INSERT INTO meta VALUES('message_bytes', '999999')");
  log.erase_old(0, 1000, 10);
  CHECK(log.bytes() == 0);
}
