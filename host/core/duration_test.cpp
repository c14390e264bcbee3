#include "core/duration.h"

#include <m2ag/error.h>

#include <limits>
#include <random>
#include <string>

#include "catch.h"

using namespace m2ag::host;
using namespace std::chrono_literals;
using Catch::Matchers::Message;
using std::chrono::microseconds;

TEST_CASE("durations are read") {
  CHECK(parse_duration("250ms") == 250ms);
  CHECK(parse_duration("10s") == 10s);
  CHECK(parse_duration("5m") == 5min);
  CHECK(parse_duration("1h") == 1h);
  CHECK(parse_duration("2d") == 48h);
  CHECK(parse_duration("15us") == 15us);
  CHECK(parse_duration("0s") == 0s);
  CHECK(parse_duration("007s") == 7s);
}

TEST_CASE("what is no duration is refused with what was expected") {
  const auto* text = GENERATE("", "10", "s", "10 s", " 10s", "10s ", "10S", "10sec", "1.5s", "-5s", "+5s", "0x10s",
                              "1h30m", "ten seconds", "10µs");
  CAPTURE(text);
  CHECK_THROWS_MATCHES(
      parse_duration(text), m2ag::ConfigError,
      Message(
          "expected a duration, a whole number with one of the units us, ms, s, m, h, d, such as 250ms or 10s, found \"" +
          std::string(text) + "\""));
}

TEST_CASE("a duration that does not fit is refused with the largest that does") {
  CHECK(parse_duration("106751991d") == microseconds(106'751'991LL * 86'400'000'000));
  CHECK_THROWS_MATCHES(parse_duration("106751992d"), m2ag::ConfigError,
                       Message("\"106751992d\" is too large: expected at most 106751991d"));
  CHECK_THROWS_MATCHES(parse_duration("99999999999999999999s"), m2ag::ConfigError,
                       Message("\"99999999999999999999s\" is too large: expected at most 9223372036854s"));
}

TEST_CASE("durations are written in the shortest exact form") {
  CHECK(format_duration(0us) == "0s");
  CHECK(format_duration(250ms) == "250ms");
  CHECK(format_duration(1500ms) == "1500ms");
  CHECK(format_duration(1500us) == "1500us");
  CHECK(format_duration(90s) == "90s");
  CHECK(format_duration(120s) == "2m");
  CHECK(format_duration(24h) == "1d");
  CHECK(format_duration(25h) == "25h");
  CHECK(format_duration(-90s) == "-90s");
}

TEST_CASE("sizes are read and written") {
  CHECK(parse_size("0B") == 0);
  CHECK(parse_size("512B") == 512);
  CHECK(parse_size("64KiB") == 65'536);
  CHECK(parse_size("1MiB") == 1'048'576);
  CHECK(parse_size("2GiB") == 2'147'483'648);
  CHECK(parse_size("1TiB") == 1'099'511'627'776);
  CHECK(format_size(0) == "0B");
  CHECK(format_size(65'536) == "64KiB");
  CHECK(format_size(65'537) == "65537B");
  const auto* text = GENERATE("64", "64KB", "64kib", "64 KiB", "KiB", "-1B", "1.5MiB");
  CAPTURE(text);
  CHECK_THROWS_MATCHES(
      parse_size(text), m2ag::ConfigError,
      Message("expected a size, a whole number with one of the units B, KiB, MiB, GiB, TiB, such as 64KiB, found \"" +
              std::string(text) + "\""));
  CHECK_THROWS_WITH(parse_size("8388608TiB"), "\"8388608TiB\" is too large: expected at most 8388607TiB");
}

TEST_CASE("what is written is read back as the same") {
  std::mt19937_64 random(11);
  for (int n = 0; n < 2000; ++n) {
    const auto count = static_cast<std::int64_t>(random() >> (1 + random() % 62));
    REQUIRE(parse_duration(format_duration(microseconds(count))).count() == count);
    REQUIRE(parse_size(format_size(count)) == count);
  }
  CHECK(parse_size(format_size(std::numeric_limits<std::int64_t>::max())) == std::numeric_limits<std::int64_t>::max());
}
