#include "store/revisions.h"

#include <sys/stat.h>

#include <fstream>

#include "catch.h"
#include "store/test_folder.h"

using namespace m2ag::host;
namespace fs = std::filesystem;

namespace {

std::vector<RevisionFile> files(const std::string& text) {
  return {{"/etc/m2ag/house.yaml", text}, {"/etc/m2ag/components.d/air.yaml", "air: { type: bmp280 }\n"}};
}

}  // namespace

TEST_CASE("revisions are numbered, found again, and only the newest twenty are kept") {
  const Folder folder;
  Revisions revisions(folder.file("state.db"));
  CHECK(revisions.all().empty());
  CHECK_FALSE(revisions.newest());
  for (int i = 1; i <= 25; ++i)
    CHECK(revisions.add(files(std::to_string(i)), "file", 1000 + i) == static_cast<unsigned>(i));
  const auto all = revisions.all();
  REQUIRE(all.size() == 20);
  CHECK(all.front().number == 6);
  CHECK(all.back().files == files("25"));
  CHECK(all.back().origin == "file");
  CHECK(all.back().time == 1025);
  CHECK(revisions.find(7)->files[0].text == "7");
  CHECK_FALSE(revisions.find(5));
}

TEST_CASE("the same files once more are no new revision") {
  const Folder folder;
  Revisions revisions(folder.file("state.db"));
  CHECK(revisions.add(files("a"), "start", 1) == 1);
  CHECK(revisions.add(files("a"), "start", 2) == 1);
  CHECK(revisions.all().size() == 1);
}

TEST_CASE("texts come back byte for byte, and nobody else may read them") {
  const Folder folder;
  Revisions revisions(folder.file("state.db"));
  const std::string text("\xff\r\n\0 end", 8);
  revisions.add(files(text), "kept", 1);
  CHECK(revisions.newest()->files[0].text == text);
  struct stat status {};
  REQUIRE(::stat(revisions.folder().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0700);
}

TEST_CASE("a revision that is half written is none") {
  const Folder folder;
  Revisions revisions(folder.file("state.db"));
  revisions.add(files("a"), "start", 1);
  revisions.add(files("b"), "file", 2);
  fs::remove(revisions.folder() / "0002/1");
  fs::create_directory(revisions.folder() / "new");
  REQUIRE(revisions.newest()->number == 1);
  CHECK(revisions.add(files("c"), "file", 3) == 3);
}

TEST_CASE("a file is replaced with its rights kept, behind a link too") {
  const Folder folder;
  std::ofstream(folder.file("real.yaml")) << "old";
  fs::permissions(folder.file("real.yaml"), fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
  fs::create_symlink(folder.file("real.yaml"), folder.file("link.yaml"));
  replace_files({{folder.file("link.yaml").string(), "new"}});
  CHECK(fs::is_symlink(folder.file("link.yaml")));
  CHECK(read_files({folder.file("real.yaml"), folder.file("none.yaml")}) ==
        std::vector<RevisionFile>{{folder.file("real.yaml").string(), "new"}});
  struct stat status {};
  REQUIRE(::stat(folder.file("real.yaml").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0640);
  replace_files({{folder.file("components.d/made.yaml").string(), "made"}});
  CHECK(read_files({folder.file("components.d/made.yaml")}).size() == 1);
}

TEST_CASE("who takes files over knows whether they were rolled back") {
  const Folder folder;
  Revisions revisions(folder.file("state.db"));
  revisions.add(files("a"), "start", 1);
  revisions.add(files("b"), "file", 2);
  CHECK_FALSE(revisions.take_rollback(files("a")));
  revisions.mark_rollback(1);
  CHECK(revisions.take_rollback(files("a")));
  CHECK_FALSE(revisions.take_rollback(files("a")));
  revisions.mark_rollback(1);
  CHECK_FALSE(revisions.take_rollback(files("c")));  // read before the marked ones were written
  CHECK(revisions.take_rollback(files("a")));
}

TEST_CASE("what cannot be replaced leaves nothing beside it, and the others as they were") {
  const Folder folder;
  const auto one = folder.file("one.yaml"), two = folder.file("two.yaml");
  std::ofstream(one) << "before";
  fs::create_directories(folder.file("two.yaml.m2ag-new") / "in the way");
  CHECK_THROWS_AS(replace_files({{one.string(), "after"}, {two.string(), "after"}}), std::runtime_error);
  CHECK(read_files({one}).front().text == "before");
  CHECK_FALSE(fs::exists(folder.file("one.yaml.m2ag-new")));
}
