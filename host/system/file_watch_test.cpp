// The ways in which editors, package managers and people change files.
#include "system/file_watch.h"

#include <stdlib.h>

#include <fstream>

#include "catch.h"

using namespace m2ag::host;
namespace fs = std::filesystem;

namespace {

class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "m2ag-watch-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { fs::remove_all(path_); }
  fs::path operator/(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

void write(const fs::path& file, const std::string& text = "x") { std::ofstream(file) << text; }

}  // namespace

TEST_CASE("a watched file is noticed however it changes") {
  const Folder folder;
  write(folder / "a.yaml");
  FileWatch watch;
  watch.set({folder / "a.yaml"}, {}, "");
  CHECK_FALSE(watch.changed());
  SECTION("written in place") { write(folder / "a.yaml", "y"); }
  SECTION("replaced") {
    write(folder / "a.yaml~");
    CHECK_FALSE(watch.changed());
    fs::rename(folder / "a.yaml~", folder / "a.yaml");
  }
  SECTION("removed") { fs::remove(folder / "a.yaml"); }
  SECTION("moved away") { fs::rename(folder / "a.yaml", folder / "b.yaml"); }
  SECTION("its rights") { fs::permissions(folder / "a.yaml", fs::perms::owner_read); }
  CHECK(watch.changed());
  CHECK_FALSE(watch.changed());
}

TEST_CASE("what is not watched is passed over, also a file that is only begun") {
  const Folder folder;
  write(folder / "a.yaml");
  FileWatch watch;
  watch.set({folder / "a.yaml", folder / "later.yaml"}, {}, "");
  write(folder / "b.yaml");
  fs::remove(folder / "b.yaml");
  CHECK_FALSE(watch.changed());
  {
    std::ofstream begun(folder / "later.yaml");
    begun << "half" << std::flush;
    CHECK_FALSE(watch.changed());
  }
  CHECK(watch.changed());
  fs::remove(folder / "a.yaml");
  watch.changed();
  fs::create_symlink("b.yaml", folder / "a.yaml");
  CHECK(watch.changed());
}

TEST_CASE("a file behind a link is watched where it lies") {
  const Folder folder;
  fs::create_directory(folder / "real");
  write(folder / "real/a.yaml");
  fs::create_symlink(folder / "real/a.yaml", folder / "a.yaml");
  FileWatch watch;
  watch.set({folder / "a.yaml"}, {}, "");
  write(folder / "real/a.yaml", "y");
  CHECK(watch.changed());
}

// As container managers change all files of a folder at once.
TEST_CASE("a link on the way to a file is watched too") {
  const Folder folder;
  fs::create_directory(folder / "one");
  fs::create_directory(folder / "two");
  write(folder / "one/a.yaml");
  write(folder / "two/a.yaml");
  fs::create_symlink("one", folder / "now");
  fs::create_symlink("now/a.yaml", folder / "a.yaml");
  FileWatch watch;
  watch.set({folder / "a.yaml"}, {}, "");
  write(folder / "two/a.yaml", "y");
  CHECK_FALSE(watch.changed());
  fs::create_symlink("two", folder / "next");
  CHECK_FALSE(watch.changed());
  fs::rename(folder / "next", folder / "now");
  CHECK(watch.changed());
  watch.set({folder / "a.yaml"}, {}, "");
  write(folder / "two/a.yaml", "z");
  CHECK(watch.changed());
}

TEST_CASE("links that go round in a ring end") {
  const Folder folder;
  fs::create_symlink("b", folder / "a");
  fs::create_symlink("a", folder / "b");
  FileWatch watch;
  watch.set({folder / "a"}, {}, "");
  fs::remove(folder / "b");
  CHECK(watch.changed());
}

TEST_CASE("where a linked file of a watched folder lies is watched too") {
  const Folder folder;
  fs::create_directory(folder / "plugins");
  write(folder / "built.so");
  fs::create_symlink("../built.so", folder / "plugins/pump.so");
  FileWatch watch;
  watch.set({}, {folder / "plugins"}, ".so");
  write(folder / "built.so", "y");
  CHECK(watch.changed());
}

TEST_CASE("a folder is watched for an ending, and waited for when it is not there") {
  const Folder folder;
  FileWatch watch;
  watch.set({}, {folder / "components.d"}, ".yaml");
  fs::create_directory(folder / "components.d");
  CHECK(watch.changed());
  watch.set({}, {folder / "components.d"}, ".yaml");
  write(folder / "components.d/notes.txt");
  CHECK_FALSE(watch.changed());
  write(folder / "components.d/air.yaml");
  CHECK(watch.changed());
  fs::remove_all(folder / "components.d");
  CHECK(watch.changed());
  watch.set({}, {folder / "components.d"}, ".yaml");
  fs::create_directory(folder / "components.d");
  CHECK(watch.changed());
}
