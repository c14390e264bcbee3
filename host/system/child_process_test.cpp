#include "system/child_process.h"

#include <poll.h>
#include <unistd.h>

#include <csignal>

#include "catch.h"

using namespace m2ag::host;
using namespace std::chrono_literals;

namespace {

ChildProcess shell(const std::string& script, std::string_view input = {}) {
  return {"/bin/sh", {"-c", script}, input};
}

std::string message(ChildProcess& child) {
  pollfd waiting{child.messages(), POLLIN, 0};
  REQUIRE(::poll(&waiting, 1, 10'000) == 1);
  auto message = child.receive();
  REQUIRE(message);
  return *message;
}

}  // namespace

TEST_CASE("a child process gets its input, sends messages, and how it ended is known") {
  const std::string large(300'000, 'x');
  ChildProcess child = shell("wc -c; exit 3", large);
  CHECK(message(child) == "300000\n");
  CHECK(message(child).empty());  // no other message will come
  CHECK(child.wait(10s) == "exit code 3");
}

TEST_CASE("a child process that is ended by a signal") {
  ChildProcess child = shell("kill -SEGV $$");
  CHECK(child.wait(10s) == "SIGSEGV");
}

TEST_CASE("a child process that hangs is not waited for, and goes with its object") {
  pid_t pid = 0;
  {
    ChildProcess child = shell("trap '' TERM; echo $$; read nothing <&1; exec sleep 1000");
    pid = std::stoi(message(child));
    CHECK(child.send("heard"));
    CHECK_FALSE(child.receive());
    child.signal(SIGTERM);
    CHECK_FALSE(child.wait(50ms));
    CHECK(::kill(pid, 0) == 0);
  }
  CHECK(::kill(pid, 0) != 0);
}

TEST_CASE("a program that is not there is told") {
  CHECK_THROWS_WITH(ChildProcess("/nowhere/m2ag", {}, ""), Catch::Contains("/nowhere/m2ag"));
}
