#include "core/suggest.h"

#include <array>
#include <string>
#include <vector>

#include "catch.h"

using m2ag::host::closest;
using m2ag::host::edit_distance;

TEST_CASE("edit distance counts insertions, deletions, replacements and swaps") {
  CHECK(edit_distance("line", "line") == 0);
  CHECK(edit_distance("lines", "line") == 1);
  CHECK(edit_distance("lne", "line") == 1);
  CHECK(edit_distance("lime", "line") == 1);
  CHECK(edit_distance("lien", "line") == 1);
  CHECK(edit_distance("LINE", "line") == 0);
  CHECK(edit_distance("", "line") == 4);
  CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("the distance is the same in both directions") {
  const std::array<std::string, 6> words = {"interval", "intreval", "address", "adress", "", "bus"};
  for (const auto& a : words) {
    for (const auto& b : words) CHECK(edit_distance(a, b) == edit_distance(b, a));
  }
}

TEST_CASE("the nearest word is suggested") {
  const std::vector<std::string> keys = {"line", "bias", "active_low", "debounce", "interval", "address"};
  CHECK(closest("lines", keys) == "line");
  CHECK(closest("Interval", keys) == "interval");
  CHECK(closest("adress", keys) == "address");
  CHECK(closest("active-low", keys) == "active_low");
  CHECK(closest("debuonce", keys) == "debounce");
}

TEST_CASE("nothing is suggested when nothing is near") {
  const std::array<const char*, 3> keys = {"line", "bus", "id"};
  CHECK_FALSE(closest("temperature", keys));
  CHECK_FALSE(closest("xy", keys));
  CHECK_FALSE(closest("", keys));
  CHECK_FALSE(closest("lamp", keys));
  CHECK_FALSE(closest(std::string(100'000, 'x'), keys));
  CHECK_FALSE(closest("line", std::vector<std::string>{}));
}

TEST_CASE("of equally near words the first is suggested") {
  const std::vector<std::string_view> keys = {"relay1", "relay2"};
  CHECK(closest("relay", keys) == "relay1");
}
