#include "store/state_lock.h"

#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <string>

#include "catch.h"
#include "store/test_folder.h"

using namespace m2ag::host;

namespace {

/// Whether another process is refused, with the id of this one in the sentence.
bool refused_elsewhere(const std::filesystem::path& file) {
  const std::string named = "(process " + std::to_string(::getpid()) + ")";
  const pid_t child = ::fork();
  if (child == 0) {
    bool refused = false;
    try {
      const StateLock lock(file);
    } catch (const std::runtime_error& error) {
      refused = std::string(error.what()).find(named) != std::string::npos;
    }
    ::_exit(refused ? 1 : 0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

}  // namespace

TEST_CASE("a device database in use is refused to another process, until it is free") {
  const Folder folder;
  const auto file = folder.file("state.db");
  {
    const StateLock lock(file);
    CHECK(refused_elsewhere(file));
  }
  CHECK_FALSE(refused_elsewhere(file));
}

TEST_CASE("the same process may have a device database again") {
  const Folder folder;
  const auto file = folder.file("state.db");
  const StateLock first(file);
  CHECK_NOTHROW(StateLock(folder.file("other.db")));
  CHECK_NOTHROW(StateLock(file));
}

TEST_CASE("where no lock can be made there is none") { CHECK_NOTHROW(StateLock("/proc/nothing/state.db")); }
