#include "plugin/trust.h"

#include <unistd.h>

#include "catch.h"
#include "config/test_folder.h"

using namespace m2ag::host;
using Catch::Contains;
namespace fs = std::filesystem;

namespace {

constexpr auto kNobodyElse = fs::perms::owner_all;
constexpr auto kEverybody = fs::perms::all;

std::string problem(const fs::path& file) { return trust_problem(file).value_or("none"); }

}  // namespace

TEST_CASE("a file that only its owner may write to is trusted") {
  const TestFolder folder;
  const fs::path file = folder.write("plugins/a.so", "x");
  fs::permissions(folder / "plugins", kNobodyElse);
  fs::permissions(file, kNobodyElse);
  REQUIRE(problem(file) == "none");
}

TEST_CASE("a file or folder that others may write to is refused with the way out") {
  const TestFolder folder;
  const fs::path inner = folder / "plugins";
  const fs::path file = folder.write("plugins/a.so", "x");
  fs::permissions(inner, kNobodyElse);
  fs::permissions(file, kNobodyElse);

  SECTION("the file, by everybody") {
    fs::permissions(file, kEverybody);
    REQUIRE_THAT(problem(file), Contains("chmod go-w " + fs::canonical(file).string()));
  }
  SECTION("the file, by its group") {
    fs::permissions(file, kNobodyElse | fs::perms::group_write);
    REQUIRE_THAT(problem(file), Contains("chmod go-w"));
  }
  SECTION("the folder") {
    fs::permissions(inner, kEverybody);
    REQUIRE_THAT(problem(file), Contains("its folder " + fs::canonical(inner).string()));
  }
  SECTION("but not a sticky folder, in which nobody can replace another's file") {
    fs::permissions(inner, kEverybody | fs::perms::sticky_bit);
    REQUIRE(problem(file) == "none");
  }
  SECTION("nor behind a link") {
    fs::permissions(file, kEverybody);
    fs::create_symlink(file, folder / "link.so");
    REQUIRE_THAT(problem(folder / "link.so"), Contains("chmod go-w"));
  }
}

TEST_CASE("a file that belongs to somebody else is refused") {
  if (::geteuid() != 0) {
    WARN("needs root to give a file away");
    return;
  }
  const TestFolder folder;
  const fs::path file = folder.write("a.so", "x");
  REQUIRE(::chown(file.c_str(), 65534, 65534) == 0);
  REQUIRE_THAT(problem(file), Contains("belongs to user 65534") && Contains("chown 0 "));
}

TEST_CASE("a file that is not there is no trusted file") {
  REQUIRE_THAT(problem("/nowhere/a.so"), Contains("cannot be read"));
}
