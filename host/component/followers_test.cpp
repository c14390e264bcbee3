#include "component/followers.h"

#include "catch.h"

using m2ag::host::Followers;
using m2ag::host::Refusal;

namespace {

/// Told or not, and with what.
struct Told {
  bool told = false;
  std::optional<Refusal> refusal;
  void operator()(std::optional<Refusal> given) {
    CHECK_FALSE(told);
    told = true;
    refusal = std::move(given);
  }
};

}  // namespace

TEST_CASE("with nothing on its way it tells at once") {
  Followers followers;
  Told told;
  followers.when_all(std::ref(told));
  CHECK(told.told);
  CHECK_FALSE(told.refusal);
}

TEST_CASE("it tells after the last answer, whatever came first") {
  Followers followers;
  Told told;
  followers.begin();
  followers.begin();
  followers.answered("a", std::nullopt);
  followers.when_all(std::ref(told));
  CHECK_FALSE(told.told);
  followers.answered("b", std::nullopt);
  CHECK(told.told);
  CHECK_FALSE(told.refusal);
}

TEST_CASE("one refusal is the refusal, and says who it is") {
  Followers followers;
  Told told;
  followers.begin();
  followers.answered("t", Refusal{"locked", "turn the key first"});
  followers.when_all(std::ref(told));
  REQUIRE(told.refusal);
  CHECK(told.refusal->code == "locked");
  CHECK(told.refusal->message == "t: turn the key first");
}

TEST_CASE("of many refusals the first few are told") {
  Followers followers;
  Told told;
  for (int n = 0; n < 9; ++n) followers.begin();
  followers.answered("a", std::nullopt);
  for (int n = 1; n < 9; ++n) followers.answered("b", Refusal{"busy", "b is busy"});
  followers.when_all(std::ref(told));
  REQUIRE(told.refusal);
  CHECK(told.refusal->message == "8 of 9 refused: b is busy; b is busy; b is busy; b is busy; b is busy; and 3 more");
}
