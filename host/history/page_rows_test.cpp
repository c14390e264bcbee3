// Files that SQLite wrote, read page by page: the same rows.
#include "history/page_rows.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <map>

#include "catch.h"
#include "history/test_history.h"

using namespace m2ag::host::history;

namespace {

const char* const kTables =
    "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA secure_delete=OFF; "
    "CREATE TABLE rows(id INTEGER PRIMARY KEY, number INTEGER, words TEXT, bytes BLOB); "
    "CREATE TABLE keyed(a INTEGER, b TEXT, bytes BLOB, PRIMARY KEY(a, b)) WITHOUT ROWID;";

std::string bytes_for(std::int64_t id) {
  return std::string(static_cast<std::size_t>(id * id % 20'011), static_cast<char>(id));
}

std::int64_t number_for(std::int64_t id) { return (id % 2 == 0 ? 1 : -1) * (std::int64_t{1} << (id % 63)); }

void add(SQLite::Database& database, std::int64_t first, std::int64_t last) {
  SQLite::Transaction transaction(database);
  SQLite::Statement row(database, "INSERT INTO rows VALUES(?, ?, ?, ?)"),
      keyed(database, "INSERT INTO keyed VALUES(?, ?, ?)");
  for (std::int64_t id = first; id <= last; ++id) {
    const std::string bytes = bytes_for(id);
    row.bind(1, id);
    row.bind(2, number_for(id));
    row.bind(3, "word " + std::to_string(id));
    row.bind(4, bytes.data(), static_cast<int>(bytes.size()));
    row.exec();
    row.reset();
    keyed.bind(1, number_for(id));
    keyed.bind(2, std::to_string(id));
    keyed.bind(3, bytes.data(), static_cast<int>(bytes.size()));
    keyed.exec();
    keyed.reset();
  }
  transaction.commit();
}

/// How often each id was found in both tables; what is found must be what was written.
std::map<std::int64_t, int> found_in(const std::filesystem::path& path) {
  std::map<std::int64_t, int> found;
  PageFile file(path);
  read_page_rows(file, [&](const PageRow& row) {
    const std::string shape = row.shape();
    if (!row.is_keyed && shape == "nitb") {
      REQUIRE(row.values[1].integer == number_for(row.rowid));
      REQUIRE(row.values[2].bytes == "word " + std::to_string(row.rowid));
      REQUIRE(row.values[3].bytes == bytes_for(row.rowid));
      ++found[row.rowid];
    }
    if (row.is_keyed && shape == "itb") {
      const std::int64_t id = std::stoll(row.values[1].bytes);
      REQUIRE(row.values[0].integer == number_for(id));
      REQUIRE(row.values[2].bytes == bytes_for(id));
      ++found[id];
    }
  });
  return found;
}

}  // namespace

TEST_CASE("page by page each row is found once, in the file and in its log") {
  const Place place, copy;
  SQLite::Database database(place.file().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  database.exec(kTables);
  add(database, 1, 300);
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  add(database, 301, 400);  // in the log alone
  database.exec(
      "DELETE FROM rows WHERE id BETWEEN 50 AND 100; DELETE FROM keyed WHERE CAST(b AS INTEGER) BETWEEN 50 AND 100");
  const auto check = [](const std::filesystem::path& path, int count) {
    const auto found = found_in(path);
    CHECK(found.size() == static_cast<std::size_t>(count));
    for (const auto& [id, times] : found) {
      INFO(id);
      CHECK(times == 2);
    }
  };
  check(place.file(), 349);

  SECTION("a transaction of the log that is not complete does not count") {
    std::filesystem::copy_file(place.file(), copy.file());
    std::filesystem::copy_file(place.file("history.db-wal"), copy.file("history.db-wal"));
    std::filesystem::resize_file(copy.file("history.db-wal"),
                                 std::filesystem::file_size(place.file("history.db-wal")) - 1);
    const auto found = found_in(copy.file());
    CHECK(found.contains(75));  // their deletion was the last transaction
    CHECK(found.size() == 400);
  }
  SECTION("after the log begins anew, what is left of its earlier use does not count") {
    database.exec("PRAGMA wal_checkpoint(RESTART)");
    add(database, 401, 401);
    check(place.file(), 350);
  }
  SECTION("pages that were given back") {
    database.exec("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)");
    check(place.file(), 349);
  }
}

TEST_CASE("bytes that are no record have no values") {
  CHECK(decode_record("").empty());
  CHECK(decode_record(std::string("\x02", 1)).empty());              // the header is longer than what there is
  CHECK(decode_record(std::string("\x02\x0a", 2)).empty());          // a type that there is not
  CHECK(decode_record(std::string("\x02\x06\x01\x02", 4)).empty());  // eight bytes announced, two there
  CHECK(decode_record(std::string("\x02\x01\xff", 3)).at(0).integer == -1);
  CHECK(decode_record(std::string("\x03\x08\x09", 3)).at(1).integer == 1);
  CHECK(decode_record(std::string("\x02\x13"
                                  "abc",
                                  5))
            .at(0)
            .bytes == "abc");
  CHECK(decode_record(std::string("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10)).empty());
}
