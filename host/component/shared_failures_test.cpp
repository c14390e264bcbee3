#include "component/shared_failures.h"

#include <algorithm>

#include "catch.h"
#include "component/test_world.h"

using namespace m2ag;
using namespace m2ag::host;
using namespace std::chrono_literals;

TEST_CASE("one of those who fail for the same reason says it, and who is left when that one is back") {
  SharedFailures failures;
  const int one = 1, other = 2;
  CHECK(failures.claim("no bus", &one));
  CHECK_FALSE(failures.claim("no bus", &other));
  CHECK_FALSE(failures.claim("no bus", &one));
  CHECK(failures.claim("no device", &other));
  CHECK(failures.release(&one));
  CHECK_FALSE(failures.release(&one));
  CHECK(failures.claim("no bus", &other));
}

TEST_CASE("what two components have in common is logged once down and once back, and each has its events") {
  World world(World::Time::manual);
  world.log.set_least(LogLevel::info);
  std::mutex mutex;
  std::vector<std::string> lines;
  world.log.add_sink([&](const LogLine& line) {
    const std::lock_guard lock(mutex);
    if (line.level != LogLevel::debug) lines.emplace_back(line.message);
  });
  const auto count = [&](std::string_view text) {
    const std::lock_guard lock(mutex);
    return std::ranges::count_if(lines, [&](const std::string& line) { return line.find(text) != line.npos; });
  };
  const auto settled = [&] { return world.wait_idle("pump") && world.wait_idle("vent"); };
  world.script.fail_start = true;
  world.start({"pump", "vent"});
  REQUIRE(settled());
  for (int n = 0; n < 3; ++n) {
    world.advance(10s);
    REQUIRE(settled());
  }
  CHECK(count("failed: no device answered") == 1);
  CHECK(std::ranges::count(world.events, "component_failed") == 2);
  world.script.fail_start = false;
  world.advance(10s);
  REQUIRE(settled());
  world.advance(10s);
  REQUIRE(settled());
  CHECK(count("works again") == 1);
  CHECK(std::ranges::count(world.events, "component_recovered") == 2);
}
