// Who crashes the host too often, and what lets it go again.
#include "component/quarantine.h"

#include "catch.h"
#include "component/fingerprint.h"
#include "component/test_world.h"
#include "store/test_folder.h"

using namespace m2ag;
using namespace m2ag::host;
using namespace std::chrono_literals;

namespace {

struct Crashes {
  Folder folder;
  Log log;
  std::unique_ptr<StateStore> store = std::make_unique<StateStore>(folder.file("state.db"), log);
  Quarantine quarantine{*store, log};
  const Quarantine::Time noon{12h};
};

}  // namespace

TEST_CASE_METHOD(Crashes, "the third crash within ten minutes is one too many") {
  CHECK(quarantine.crashed("pump", "f", "SIGSEGV", noon).crashes == 1);
  CHECK_FALSE(quarantine.reason("pump", "f"));
  CHECK_FALSE(quarantine.crashed("pump", "f", "SIGSEGV", noon + 5min).quarantined);
  CHECK(quarantine.crashed("valve", "f", "SIGBUS", noon + 6min).crashes == 1);
  const auto third = quarantine.crashed("pump", "f", "SIGABRT in \"set\"", noon + 10min);
  CHECK(third.crashes == 3);
  CHECK(third.quarantined);
  const auto reason = quarantine.reason("pump", "f");
  REQUIRE(reason);
  CHECK_THAT(*reason, Catch::Contains("crashed the host 3 times within 10 minutes") &&
                          Catch::Contains("SIGABRT in \"set\"") && Catch::Contains("request/retry"));
  CHECK_FALSE(quarantine.reason("valve", "f"));
}

TEST_CASE_METHOD(Crashes, "crashes that lie further apart do not count together") {
  for (int n = 0; n < 10; ++n) CHECK(quarantine.crashed("pump", "f", "SIGSEGV", noon + n * 6min).crashes <= 2);
  CHECK_FALSE(quarantine.reason("pump", "f"));
}

TEST_CASE_METHOD(Crashes, "a clock that is set back does not make old crashes count for ever") {
  quarantine.crashed("pump", "f", "SIGSEGV", noon);
  quarantine.crashed("pump", "f", "SIGSEGV", noon);
  CHECK(quarantine.crashed("pump", "f", "SIGSEGV", noon - 1h).crashes == 1);
}

TEST_CASE_METHOD(Crashes, "it is remembered over a start of the host") {
  for (int n = 0; n < 3; ++n) quarantine.crashed("pump", "f", "SIGSEGV", noon);
  store.reset();
  store = std::make_unique<StateStore>(folder.file("state.db"), log);
  CHECK(Quarantine(*store, log).reason("pump", "f"));
}

TEST_CASE_METHOD(Crashes, "changed settings or another library end it, and the count begins anew") {
  for (int n = 0; n < 3; ++n) quarantine.crashed("pump", "f", "SIGSEGV", noon);
  CHECK_FALSE(quarantine.reason("pump", "g"));
  CHECK_FALSE(quarantine.reason("pump", "f"));  // it is over, not only hidden
  quarantine.crashed("pump", "g", "SIGSEGV", noon);
  quarantine.crashed("pump", "g", "SIGSEGV", noon);
  CHECK(quarantine.crashed("pump", "h", "SIGSEGV", noon).crashes == 1);
}

TEST_CASE_METHOD(Crashes, "released it has three crashes again") {
  for (int n = 0; n < 3; ++n) quarantine.crashed("pump", "f", "SIGSEGV", noon);
  CHECK(quarantine.release("pump"));
  CHECK_FALSE(quarantine.release("pump"));
  CHECK_FALSE(quarantine.reason("pump", "f"));
  CHECK(quarantine.crashed("pump", "f", "SIGSEGV", noon).crashes == 1);
}

TEST_CASE("a fingerprint differs when the settings or the plugin's code do") {
  InstanceConfig config;
  config.spec = std::make_shared<ComponentSpec>();
  config.digest = "one";
  const Value settings = Value::Map{{"line", "PUMP"}};
  const std::string before = fingerprint(config, settings);
  CHECK(before.size() == 16);
  config.name = "Pump";
  CHECK(fingerprint(config, settings) == before);
  CHECK(fingerprint(config, Value::Map{{"line", "VALVE"}}) != before);
  config.digest = "two";
  CHECK(fingerprint(config, settings) != before);
}

TEST_CASE("what is held back shows its state, refuses commands, and starts when it is tried again") {
  World world;
  world.hold = Supervisor::Hold{InstanceState::quarantined, "crashed too often"};
  world.start();
  REQUIRE(world.wait([&] { return world.availability == std::vector<std::string>{"offline"}; }));
  CHECK(world.states == std::vector<std::string>{"quarantined"});
  const Reply refused = world.command("m2ag/demo/pump/set", "ON");
  CHECK(refused.code == "unavailable");
  CHECK_THAT(refused.message, Catch::Contains("pump is quarantined: crashed too often"));
  CHECK(world.script.starts == 0);
  world.supervisor->find("pump")->retry();
  REQUIRE(world.wait_availability("online"));
  CHECK(world.command("m2ag/demo/pump/set", "ON").ok);
  world.supervisor->find("pump")->retry();  // it runs: nothing happens
  CHECK(world.command("m2ag/demo/pump/set", "OFF").ok);
  CHECK(world.script.starts == 1);
}

TEST_CASE("a component that is failed for ever is started by a retry") {
  World world;
  world.script.config_error = true;
  world.start();
  REQUIRE(world.wait_state("failed"));
  world.script.config_error = false;
  world.supervisor->find("pump")->retry();
  REQUIRE(world.wait_availability("online"));
}

TEST_CASE("a retry does not start what has been stopped") {
  World world;
  world.start();
  REQUIRE(world.wait_state("running"));
  const auto pump = world.supervisor->find("pump");
  pump->stop().wait();
  pump->retry();
  REQUIRE(pump->lane()->wait_idle(std::chrono::steady_clock::now() + 30s));
  CHECK(pump->state() == InstanceState::stopped);
}
