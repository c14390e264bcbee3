#include "store/date_keeper.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <future>
#include <limits>
#include <string>
#include <vector>

#include "catch.h"
#include "store/test_folder.h"

using Catch::Contains;
using namespace m2ag;
using namespace m2ag::host;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kStart = 1'577'836'800;  // the date of a ManualClock
constexpr auto kYears = 24h * 365 * 40;
const DateKeeper::Date kRelease{1'500'000'000s};

void wait_durable(StateStore& store) {
  std::promise<void> done;
  store.when_durable([&done](bool, const std::string&) { done.set_value(); });
  done.get_future().get();
}

/// Another version of the program, or anybody, wrote this.
void plant(const Folder& folder, Value date) {
  Log log;
  StateStore(folder.file("state.db"), log).save("#clock", "date", std::move(date));
}

/// One run of a device on `machine`, its database in `folder`.
struct Run {
  FloorClock clock;
  Log log;
  std::vector<std::string> lines;
  StateStore store;
  DateKeeper keeper;

  Run(const Folder& folder, const ManualClock& machine)
      : clock(machine), store(folder.file("state.db"), with_lines()), keeper(clock, store, log, kRelease) {}
  Log& with_lines() {
    log.add_sink([this](const LogLine& line) { lines.emplace_back(line.message); });
    return log;
  }
  std::int64_t kept() { return store.get("#clock", "date").value_or(Value(0)).as_integer(); }
};

}  // namespace

TEST_CASE("a box that boots in 1970 goes on from the date that it had at its stop") {
  const Folder folder;
  ManualClock machine;
  {
    Run run(folder, machine);
    machine.advance(1h);
    run.keeper.save();
    CHECK(run.lines.empty());
  }
  machine.jump_date(-kYears);
  Run run(folder, machine);
  CHECK(run.clock.system_now() == DateKeeper::Date(std::chrono::seconds(kStart + 3600)));
  CHECK(run.keeper.is_behind());
  REQUIRE(run.lines.size() == 1);
  CHECK_THAT(run.lines[0],
             Contains("the date 1980-01-11 01:00:00 is before what this device has seen (2020-01-01 01:00:00)"));

  machine.advance(1min);
  run.keeper.tick(false);
  CHECK(run.keeper.is_behind());
  machine.jump_date(kYears);
  run.keeper.tick(true);
  run.keeper.tick(true);
  CHECK_FALSE(run.keeper.is_behind());
  REQUIRE(run.lines.size() == 2);
  CHECK_THAT(run.lines[1], Contains("the clock is set"));
}

TEST_CASE("a new box begins at the date of the release") {
  const Folder folder;
  ManualClock machine;
  machine.jump_date(-kYears);
  const Run run(folder, machine);
  CHECK(run.clock.system_now() == kRelease);
}

TEST_CASE("a wrong date in the future counts until the network knows better") {
  const Folder folder;
  ManualClock machine;
  plant(folder, kStart + 1'000'000'000);
  Run run(folder, machine);
  CHECK(run.keeper.is_behind());
  run.keeper.tick(true);
  CHECK(run.clock.system_now() == machine.system_now());
  run.keeper.save();
  CHECK(run.kept() == kStart);
}

TEST_CASE("the date is written with whatever is written, so that none in the database is after it") {
  const Folder folder;
  ManualClock machine;
  Run run(folder, machine);
  machine.advance(5min);
  run.store.save("pump", "on_since", kStart + 300);
  wait_durable(run.store);
  SQLite::Database reader(folder.file("state.db").string());
  CHECK(reader.execAndGet("SELECT value FROM memory WHERE component='#clock'").getInt64() == kStart + 300);
}

TEST_CASE("by itself the date is written rarely, and after half of a short run at the latest") {
  const Folder folder;
  ManualClock machine;
  Run run(folder, machine);
  std::vector<std::int64_t> written;
  for (int i = 0; i < 2 * 60 * 4; ++i) {  // four hours
    machine.advance(30s);
    run.keeper.tick(false);
    if (written.empty() || written.back() != run.kept()) written.push_back(run.kept());
    CHECK((kStart + 30 * (i + 1) - run.kept()) * 2 <= 30 * (i + 1) + 60);
  }
  // Twice for each: as it is saved, and as the writer's thread finds it a moment later.
  CHECK(written.size() <= 2 * (4 * 6 + 6));
}

TEST_CASE("what is no date in the database is not used") {
  const Folder folder;
  ManualClock machine;
  plant(folder, GENERATE(Value("soon"), Value(std::numeric_limits<std::int64_t>::max()), Value(-5)));
  const Run run(folder, machine);
  CHECK(run.clock.system_now() == machine.system_now());
}
