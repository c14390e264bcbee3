#include "cli/machine_watch.h"

#include <cstdlib>
#include <filesystem>
#include <vector>

#include "catch.h"

using Catch::Contains;
using namespace m2ag;
using namespace m2ag::host;
using namespace std::chrono_literals;

namespace {

struct Folder {
  std::string path = (std::filesystem::temp_directory_path() / "m2ag-watch-XXXXXX").string();
  Folder() { REQUIRE(::mkdtemp(path.data()) != nullptr); }
  ~Folder() { std::filesystem::remove_all(path); }
};

struct Machine {
  Folder folder;
  ManualClock date;
  FloorClock clock{date};
  Log log;
  std::vector<std::string> lines, events;
  StateStore store{folder.path + "/state.db", log};
  DateKeeper dates{clock, store, log, date.system_now()};
  std::optional<bool> undervoltage, synchronised;
  MachineWatch watch{clock, dates, log, MachineSenses{[this] { return undervoltage; }, [this] { return synchronised; }},
                     [this](std::string name, const Value::Map&) { events.push_back(std::move(name)); }};

  Machine() {
    log.add_sink([this](const LogLine& line) {
      lines.emplace_back(std::string(to_string(line.level)) + ' ' + std::string(line.message));
    });
  }
  Value health() {
    watch.check();
    Value::Map health;
    watch.add_to(health);
    return health;
  }
};

}  // namespace

TEST_CASE("a machine that tells nothing has neither, and nothing is said") {
  Machine machine;
  const Value health = machine.health();
  CHECK(health.find("undervoltage") == nullptr);
  CHECK(*health.find("clock") == Value(Value::Map{{"floor", false}}));
  CHECK(machine.events.empty());
  CHECK(machine.lines.empty());
}

TEST_CASE("undervoltage is told once when it begins and once when it ends") {
  Machine machine;
  machine.undervoltage = false;
  CHECK(*machine.health().find("undervoltage") == Value(false));
  CHECK(machine.events.empty());
  machine.undervoltage = true;
  CHECK(*machine.health().find("undervoltage") == Value(true));
  machine.watch.check();
  machine.undervoltage = false;
  machine.watch.check();
  machine.watch.check();
  CHECK(machine.events == std::vector<std::string>{"undervoltage_began", "undervoltage_ended"});
  REQUIRE(machine.lines.size() == 2);
  CHECK_THAT(machine.lines[0], Contains("warning undervoltage"));
  CHECK_THAT(machine.lines[1], Contains("info the board's supply is high enough"));
}

TEST_CASE("a clock that is not synchronised is told, a synchronised one only after that") {
  Machine machine;
  machine.synchronised = true;
  CHECK(*machine.health().find("clock")->find("synchronised") == Value(true));
  CHECK(machine.events.empty());
  machine.synchronised = false;
  CHECK(*machine.health().find("clock")->find("synchronised") == Value(false));
  machine.watch.check();
  machine.synchronised = true;
  machine.watch.check();
  CHECK(machine.events == std::vector<std::string>{"clock_unsynchronised", "clock_synchronised"});
  CHECK(machine.lines.size() == 2);
}

TEST_CASE("health says how far the machine's date is behind, until the clock is synchronised") {
  Machine machine;
  machine.date.jump_date(-1h);
  machine.synchronised = false;
  const Value health = machine.health();
  CHECK(*health.find("clock")->find("floor") == Value(true));
  CHECK(*health.find("clock")->find("behind") == Value(3600));
  machine.synchronised = true;
  const Value after = machine.health();
  CHECK(*after.find("clock")->find("floor") == Value(false));
  CHECK(machine.clock.system_now() == machine.date.system_now());
}
