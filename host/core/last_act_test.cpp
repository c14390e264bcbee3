#include "core/last_act.h"

#include <array>
#include <deque>

#include "catch.h"

using namespace m2ag::host;

namespace {

void count(void* object) noexcept { ++*static_cast<int*>(object); }

}  // namespace

TEST_CASE("last acts are done once each, of those that live") {
  std::array<int, 3> done{};
  const LastAct first(count, done.data());
  const LastAct second(count, &done[1]);
  { const LastAct gone(count, &done[2]); }
  LastAct::run_all();
  CHECK(done == std::array{1, 1, 0});
  LastAct::run_all();
  CHECK(done == std::array{1, 1, 0});
}

TEST_CASE("a last act for which there is no room says so, until there is") {
  int done = 0;
  std::deque<LastAct> all;
  while (all.empty() || all.back().registered()) all.emplace_back(count, &done);
  const int registered = static_cast<int>(all.size()) - 1;
  CHECK(registered >= 256);
  all.pop_back();
  all.pop_back();
  CHECK(LastAct(count, &done).registered());
  LastAct::run_all();
  CHECK(done == registered - 1);
}
