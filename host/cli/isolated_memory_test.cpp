#include "cli/isolated_memory.h"

#include <filesystem>
#include <fstream>

#include "catch.h"
#include "store/test_folder.h"

using namespace m2ag::host;
using m2ag::Value;
namespace fs = std::filesystem;

TEST_CASE("what a component has saved goes with it into its process and back") {
  const Folder folder;
  const auto own = folder.file("state.db.isolated") / "pump.db";
  Log log;
  {
    StateStore host(folder.file("state.db"), log);
    host.save("pump", "state", true);
    host.save("pump", "config:max_on", Value::Map{{"value", "10m"}});
    host.save("vent", "state", false);
    give_memory(host, own, "pump", log);
    CHECK(host.all("pump").empty());
    CHECK(host.all("vent").size() == 1);
  }
  {
    StateStore process(own, log);
    CHECK(process.get("pump", "state") == Value(true));
    process.save("pump", "state", false);
    process.erase("pump", "config:max_on");
  }
  StateStore host(folder.file("state.db"), log);
  CHECK(host.all("pump").empty());
  give_memory(host, own, "pump", log);  // nothing is there to give
  host.save("pump", "old", 1);          // of a time when it was here: not what counts
  give_memory(host, own, "pump", log);
  take_memory_back(host, own, "pump", log);
  CHECK(host.get("pump", "state") == Value(false));
  CHECK(host.all("pump").size() == 1);
  CHECK_FALSE(fs::exists(own.parent_path()));
  take_memory_back(host, own, "pump", log);
  CHECK(host.all("pump").size() == 1);
}

TEST_CASE("who is killed on the way back has it in both places, and the same the next time") {
  const Folder folder;
  const auto own = folder.file("state.db.isolated") / "pump.db";
  const auto kept = folder.file("kept.db");
  Log log;
  StateStore host(folder.file("state.db"), log);
  host.save("pump", "config:gain", 55);
  give_memory(host, own, "pump", log);
  fs::copy_file(own, kept);
  take_memory_back(host, own, "pump", log);
  // As if it had been killed before the file was removed.
  fs::create_directory(own.parent_path());
  fs::copy_file(kept, own);
  take_memory_back(host, own, "pump", log);
  CHECK(host.get("pump", "config:gain") == Value(55));
  CHECK(host.all("pump").size() == 1);
}

TEST_CASE("a copy that was not finished does not count") {
  const Folder folder;
  const auto own = folder.file("state.db.isolated") / "pump.db";
  Log log;
  StateStore host(folder.file("state.db"), log);
  host.save("pump", "config:gain", 55);
  fs::create_directory(own.parent_path());
  SECTION("nothing of it is there") { std::ofstream(own).close(); }
  SECTION("a part of it is there") {
    StateStore part(own, log);
    part.save("pump", "state", true);
  }
  SECTION("and is given again") {
    StateStore(own, log).save("pump", "state", true);
    give_memory(host, own, "pump", log);
    CHECK(host.all("pump").empty());
  }
  take_memory_back(host, own, "pump", log);
  CHECK(host.get("pump", "config:gain") == Value(55));
  CHECK(host.all("pump").size() == 1);
  CHECK_FALSE(fs::exists(own));
}

TEST_CASE("a database that is not ours stays where it is, and so does what cannot be given") {
  const Folder folder;
  const auto own = folder.file("state.db.isolated") / "pump.db";
  fs::create_directories(own);
  Log log;
  StateStore host(folder.file("state.db"), log);
  host.save("pump", "state", true);
  take_memory_back(host, own, "pump", log);
  CHECK(host.get("pump", "state") == Value(true));
  CHECK(fs::exists(own));
  CHECK_THROWS_AS(give_memory(host, own, "pump", log), std::exception);
  CHECK(host.get("pump", "state") == Value(true));
}
