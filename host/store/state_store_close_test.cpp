// The end of the store: who waits to hear that something is durable hears of it before close() returns, and never after.
#include <SQLiteCpp/SQLiteCpp.h>

#include <atomic>
#include <future>
#include <string>

#include "catch.h"
#include "core/test_gate.h"
#include "store/state_store.h"
#include "store/test_folder.h"

using namespace m2ag;
using namespace m2ag::host;
using namespace std::chrono_literals;

namespace {

/// Counts the answers, and those that came after close() had returned.
struct Answers {
  std::atomic<int> good{0}, bad{0}, late{0};
  std::atomic<bool> closed{false};

  StateStore::Durable ask() {
    return [this](bool ok, const std::string&) {
      ++(ok ? good : bad);
      if (closed) ++late;
    };
  }
  void close(StateStore& store, std::chrono::milliseconds deadline) {
    store.close(deadline);
    closed = true;
  }
};

/// Another program that holds the database: no write of the store succeeds while it lives.
class Occupied {
 public:
  explicit Occupied(const std::filesystem::path& file) : database_(file.string(), SQLite::OPEN_READWRITE) {
    database_.exec("BEGIN IMMEDIATE");
  }

 private:
  SQLite::Database database_;
};

}  // namespace

TEST_CASE("close writes what waits and says so first") {
  const Folder folder;
  Log log;
  for (int round = 0; round < 20; ++round) {
    Answers answers;
    {
      StateStore store(folder.file("state.db"), log);
      store.save("pump", "count", round);
      store.when_durable(answers.ask());
      answers.close(store, 60s);
      CHECK(answers.good == 1);
    }
    CHECK(answers.bad + answers.late == 0);
    CHECK(StateStore(folder.file("state.db"), log).get("pump", "count") == Value(round));
  }
}

TEST_CASE("close tells those whose write is under way, or has not begun, that it came to nothing") {
  const Folder folder;
  Log log;
  Counter failures;
  log.add_sink([&](const LogLine& line) {
    if (line.message.find("cannot write the device database") != std::string_view::npos) failures.add();
  });
  Answers answers;
  {
    StateStore store(folder.file("state.db"), log);
    const Occupied occupied(folder.file("state.db"));
    store.save("pump", "state", true);
    store.when_durable(answers.ask());
    REQUIRE(failures.wait_for(1));
    // The next try begins with the close and waits for the other program longer than the close does.
    for (int n = 0; n < 3; ++n) store.when_durable(answers.ask());
    answers.close(store, 200ms);
    CHECK(answers.bad == 4);
  }
  CHECK(answers.bad == 4);
  CHECK(answers.good + answers.late == 0);
}

TEST_CASE("close waits for an answer that is being given") {
  const Folder folder;
  Log log;
  Gate gate;
  std::atomic<bool> given{false};
  StateStore store(folder.file("state.db"), log);
  {
    const Occupied occupied(folder.file("state.db"));  // so that it is asked before it is written
    store.save("pump", "state", true);
    store.when_durable([&](bool, const std::string&) {
      gate.wait();
      given = true;
    });
  }
  REQUIRE(gate.wait_arrived(1));
  auto closing = std::async(std::launch::async, [&] {
    store.close(1ms);
    return given.load();
  });
  CHECK(closing.wait_for(50ms) == std::future_status::timeout);
  gate.open();
  CHECK(closing.get());
}
