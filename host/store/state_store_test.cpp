#include "store/state_store.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/stat.h>

#include <fstream>
#include <future>

#include "catch.h"
#include "store/test_folder.h"

using namespace m2ag;
using namespace m2ag::host;

namespace {

bool wait_durable(StateStore& store) {
  std::promise<bool> done;
  store.when_durable([&done](bool ok, const std::string&) { done.set_value(ok); });
  return done.get_future().get();
}

}  // namespace

TEST_CASE("what was saved is there after the program starts again") {
  const Folder folder;
  Log log;
  {
    StateStore store(folder.file("state.db"), log);
    store.save("pump", "state", true);
    store.save("pump", "count", 7);
    store.save("pump", "count", 8);
    store.save("valve", "state", Value::Map{{"a", Value::List{1, 2.5, "x"}}});
    store.erase("valve", "nothing");
    CHECK(wait_durable(store));
    CHECK_FALSE(store.pending("pump"));
  }
  StateStore store(folder.file("state.db"), log);
  CHECK(store.get("pump", "state") == Value(true));
  CHECK(store.get("pump", "count") == Value(8));
  CHECK(store.get("valve", "state") == Value(Value::Map{{"a", Value::List{1, 2.5, "x"}}}));
  CHECK_FALSE(store.get("pump", "other").has_value());
  CHECK(store.all("pump").size() == 2);
}

TEST_CASE("durable means that another reader of the file sees it") {
  const Folder folder;
  Log log;
  StateStore store(folder.file("state.db"), log);
  for (int i = 0; i < 50; ++i) {
    store.save("pump", "count", i);
    REQUIRE(wait_durable(store));
    SQLite::Database reader(folder.file("state.db").string());
    REQUIRE(reader.execAndGet("SELECT value FROM memory WHERE key='count'").getInt() == i);
  }
}

TEST_CASE("what waits when the store is destroyed is written") {
  const Folder folder;
  Log log;
  for (int i = 0; i < 20; ++i) {
    { StateStore(folder.file("state.db"), log).save("pump", "count", i); }
    CHECK(StateStore(folder.file("state.db"), log).get("pump", "count") == Value(i));
  }
}

TEST_CASE("an erased value stays away") {
  const Folder folder;
  Log log;
  {
    StateStore store(folder.file("state.db"), log);
    store.save("pump", "state", true);
    REQUIRE(wait_durable(store));
    store.erase("pump", "state");
  }
  CHECK_FALSE(StateStore(folder.file("state.db"), log).get("pump", "state").has_value());
}

TEST_CASE("the file is readable by its owner only") {
  const Folder folder;
  Log log;
  const StateStore store(folder.file("state.db"), log);
  struct stat info {};
  REQUIRE(::stat(folder.file("state.db").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0600U);
}

TEST_CASE("a file of a newer version is refused with a sentence and left alone") {
  const Folder folder;
  Log log;
  {
    SQLite::Database(folder.file("state.db").string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
        .exec("PRAGMA user_version=99");
  }
  CHECK_THROWS_WITH(StateStore(folder.file("state.db"), log),
                    Catch::Contains("version 99") && Catch::Contains("use a newer m2ag"));
  CHECK(SQLite::Database(folder.file("state.db").string()).execAndGet("PRAGMA user_version").getInt() == 99);
}

TEST_CASE("a file that is no database is moved aside, and said so") {
  const Folder folder;
  Log log;
  std::string line;
  log.add_sink([&line](const LogLine& each) { line = each.message; });
  std::ofstream(folder.file("state.db")) << std::string(5000, 'x');
  StateStore store(folder.file("state.db"), log);
  store.save("pump", "state", true);
  CHECK(wait_durable(store));
  CHECK_THAT(line, Catch::Contains("moved to"));
}

TEST_CASE("what is no plain file is refused with a sentence, and does not hang") {
  const Folder folder;
  Log log;
  const auto pipe = folder.file("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK_THROWS_WITH(StateStore(pipe, log), Catch::Contains("it is no plain file"));
  CHECK_THROWS_WITH(StateStore("/dev/full", log), Catch::Contains("it is no plain file"));
  CHECK_THROWS(StateStore(folder.file("."), log));
}

TEST_CASE("a folder that does not exist is a sentence, not a crash") {
  Log log;
  CHECK_THROWS_WITH(StateStore("/nonexistent/state.db", log),
                    Catch::Contains("/nonexistent/state.db") && Catch::Contains("No such file"));
}
