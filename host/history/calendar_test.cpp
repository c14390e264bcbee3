#include "history/calendar.h"
#include "catch.h"

using namespace m2ag::host::history;

namespace {

constexpr Time kHour = 3'600'000;

}  // namespace

TEST_CASE("days of Berlin begin at midnight there, and have 23 and 25 hours when the clock changes") {
  const Calendar calendar(TimeZone("Europe/Berlin"));
  const Time spring = 1'711'839'600'000;  // 2024-03-31 00:00 CET
  CHECK(calendar.start(Level::day, spring) == spring);
  CHECK(calendar.start(Level::day, spring - 1) == spring - 24 * kHour);
  CHECK(calendar.end(Level::day, spring) == spring + 23 * kHour);
  CHECK(calendar.start(Level::day, spring + 22 * kHour) == spring);
  const Time autumn = 1'729'980'000'000;  // 2024-10-27 00:00 CEST
  CHECK(calendar.start(Level::day, autumn) == autumn);
  CHECK(calendar.end(Level::day, autumn) == autumn + 25 * kHour);
  CHECK(calendar.start(Level::day, autumn + 24 * kHour) == autumn);
  CHECK(calendar.parts_of(Level::day) == Level::hour);
}

TEST_CASE("what the time zone file does not list comes from its rule") {
  const Calendar calendar(TimeZone("Europe/Berlin"));
  const Time spring = 2'531'602'800'000;  // 2050-03-22 is past the table; the clock changes on 2050-03-27
  const Time day = calendar.start(Level::day, spring);
  int long_days = 0, short_days = 0;
  Time next = day;
  for (int n = 0; n < 365; ++n) {
    const Time end = calendar.end(Level::day, next);
    long_days += end - next == 25 * kHour;
    short_days += end - next == 23 * kHour;
    next = end;
  }
  CHECK(long_days == 1);
  CHECK(short_days == 1);
  CHECK(next - day == 365 * 24 * kHour);
}

TEST_CASE("every moment is in its day, also where midnight is left out, and where a zone is not a whole hour off") {
  for (const char* name : {"UTC", "America/Sao_Paulo", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns",
                           "Africa/Casablanca", "Pacific/Auckland"}) {
    INFO(name);
    const Calendar calendar{TimeZone(name)};
    for (Time time = 1'514'764'800'000; time < 1'546'300'800'000; time += 5'300'000) {
      const Time start = calendar.start(Level::day, time), end = calendar.end(Level::day, start);
      const bool is_in = start <= time && time < end;
      const bool is_one_day =
          calendar.start(Level::day, start) == start && calendar.start(Level::day, end - 1) == start;
      if (!is_in || !is_one_day || start % width_of(calendar.parts_of(Level::day)) != 0) FAIL("at " << time);
    }
  }
  CHECK(Calendar(TimeZone("Asia/Kathmandu")).parts_of(Level::day) == Level::five_minutes);
}

TEST_CASE("a zone that is not there is a sentence") {
  CHECK_THROWS_WITH(TimeZone("Europe/Atlantis"), Catch::Contains("Europe/Atlantis") && Catch::Contains("tzdata"));
  CHECK_THROWS_WITH(TimeZone("../../etc/passwd"), Catch::Contains("is no time zone"));
  CHECK_THROWS(TimeZone("x", "TZif2"));
  CHECK_THROWS(TimeZone("x", std::string(60, '\xff')));
}
