#include "store/unconfirmed.h"

#include "catch.h"
#include "store/test_folder.h"

using namespace m2ag::host;
using namespace std::chrono_literals;

namespace {

UnconfirmedChange change() {
  return {7,
          "somebody",
          {"boot-1", 1000s, 1'800'000'000s, true},
          60s,
          {{"/etc/house.yaml", "old \xff"}},
          {{"/etc/house.yaml", "new"}, {"/etc/components.d/a.yaml", "a"}}};
}

Moment later(std::chrono::milliseconds by) { return {"boot-1", 1000s + by, 1'800'000'000s + by, true}; }

}  // namespace

TEST_CASE("an unconfirmed change is found again, and gone when it is dropped") {
  const Folder folder;
  const auto place = folder.file("state.revisions");
  CHECK_FALSE(find_unconfirmed(place));
  keep_unconfirmed(place, change());
  const auto found = find_unconfirmed(place);
  REQUIRE(found);
  CHECK(found->number == 7);
  CHECK(found->origin == "somebody");
  CHECK(found->before == change().before);
  CHECK(found->after == change().after);
  CHECK(found->rest(later(20s)) == 40s);
  auto next = change();
  next.number = 8;
  keep_unconfirmed(place, next);
  CHECK(find_unconfirmed(place)->number == 8);
  drop_unconfirmed(place);
  drop_unconfirmed(place);
  CHECK_FALSE(find_unconfirmed(place));
}

TEST_CASE("within the same start of the machine the monotonic clock counts, whatever the date does") {
  const auto waiting = change();
  CHECK(waiting.rest(later(0s)) == 60s);
  CHECK_FALSE(waiting.rest(later(60s)));
  auto now = later(10s);
  now.date = 0s;
  now.synchronised = false;
  CHECK(waiting.rest(now) == 50s);
}

TEST_CASE("after another start of the machine the date counts, unless it is known to be wrong") {
  const auto waiting = change();
  auto now = later(10s);
  now.boot = "boot-2";
  now.since_boot = 5s;
  CHECK(waiting.rest(now) == 50s);
  now.synchronised = std::nullopt;
  CHECK(waiting.rest(now) == 50s);
  now.synchronised = false;
  CHECK_FALSE(waiting.rest(now));
  now.synchronised = true;
  now.date = 0s;
  CHECK_FALSE(waiting.rest(now));
  now.date = change().begun.date + 61s;
  CHECK_FALSE(waiting.rest(now));
}
