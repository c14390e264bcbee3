// Real crashes, each in a child process: what it says, what it leaves, and that the signal ends it as if we were not there.
#include "system/crash_handler.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <thread>

#include "catch.h"
#include "core/current_call.h"
#include "core/last_act.h"
#include "system/breadcrumb.h"
#include "system/test_folder.h"

using namespace m2ag::host;

namespace {

struct Death {
  int signal = 0;
  std::string said;
  std::optional<Breadcrumb> crumb;
};

/// Runs `crash` with the handler and these suspects in a child.
Death die(const std::vector<CrashSuspect>& suspects, const std::function<void()>& crash) {
  const Folder folder;
  BreadcrumbFile file(folder.file("state.db.crash"));
  REQUIRE(file.clear());
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDERR_FILENO);
    ::alarm(30);
    CrashHandler handler(file.descriptor());
    handler.watch(suspects);
    crash();
    ::_exit(0);
  }
  ::close(ends[1]);
  Death death;
  std::array<char, 512> text{};
  for (ssize_t length = 0; (length = ::read(ends[0], text.data(), text.size())) > 0;)
    death.said.append(text.data(), static_cast<std::size_t>(length));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) death.signal = WTERMSIG(status);
  death.crumb = file.read();
  return death;
}

void write_to_nowhere() {
  volatile std::uintptr_t place = 8;
  *reinterpret_cast<volatile int*>(place) = 1;
}

// NOLINTNEXTLINE(misc-no-recursion): until there is no stack left
int recurse(int depth) {
  std::array<volatile char, 4096> room{};
  room[0] = static_cast<char>(depth);
  return depth < 0 ? 0 : recurse(depth + 1) + room[0];
}

CrashSuspect suspect(const std::string& id, const void* code = nullptr) {
  return {id, id, "relay 1.0.0", "f-" + id, code};
}

}  // namespace

TEST_CASE("a crash in a call names component, plugin and call") {
  if (!kCrashesAreOurs) return;
  const std::string pump = "pump";
  const std::string valve = "valve";
  const Death death = die({suspect(valve), {"pump", pump, "relay 1.0.0", "f-pump", nullptr}}, [&] {
    const CurrentCall call({"state/set", pump});
    write_to_nowhere();
  });
  CHECK(death.signal == SIGSEGV);
  CHECK(death.said == "m2ag: crashed in component pump (relay 1.0.0) in \"state/set\": SIGSEGV\n");
  REQUIRE(death.crumb);
  CHECK(death.crumb->component == "pump");
  CHECK(death.crumb->plugin == "relay 1.0.0");
  CHECK(death.crumb->call == "state/set");
  CHECK(death.crumb->fingerprint == "f-pump");
  CHECK(death.crumb->signal == "SIGSEGV");
  CHECK(std::chrono::system_clock::now() - death.crumb->time < std::chrono::minutes(1));
}

TEST_CASE("what was written over the component's id and the name of the call does not change who is named") {
  if (!kCrashesAreOurs) return;
  std::string owner = "pump";
  std::string label = "sample";
  const Death death = die({{"pump", owner, "relay 1.0.0", "f", nullptr}}, [&] {
    const CurrentCall call({label, owner});
    { const CurrentCall inner({"state/set", owner}); }
    owner.replace(0, 4, "\x01\xFF??");
    label.replace(0, 6, "xxxxxx");
    std::abort();
  });
  CHECK(death.signal == SIGABRT);
  CHECK(death.said == "m2ag: crashed in component pump (relay 1.0.0) in \"sample\": SIGABRT\n");
}

TEST_CASE("last acts are done after the note is written, also when the signal comes from outside") {
  if (!kCrashesAreOurs) return;
  static std::array<char, 6> word{"safe\n"};
  const LastAct::Act tell = [](void* text) noexcept {
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text, 5);
  };
  const Death crashed = die({}, [&] {
    const LastAct act(tell, word.data());
    write_to_nowhere();
  });
  CHECK(crashed.signal == SIGSEGV);
  CHECK(crashed.said == "m2ag: crashed outside of any component: SIGSEGV\nsafe\n");
  const Death killed = die({}, [&] {
    const LastAct act(tell, word.data());
    const pid_t victim = ::getpid();
    if (::fork() == 0) {
      ::kill(victim, SIGABRT);
      ::_exit(0);
    }
    while (true) ::pause();
  });
  CHECK(killed.signal == SIGABRT);
  CHECK(killed.said == "safe\n");
  CHECK_FALSE(killed.crumb);
  const Death damaged = die({}, [] {
    const LastAct act([](void*) noexcept { std::abort(); }, nullptr);
    write_to_nowhere();
  });
  CHECK(damaged.signal == SIGABRT);
  CHECK(damaged.crumb);
}

TEST_CASE("a stack that is used up is told, on a thread too") {
  if (!kCrashesAreOurs) return;
  const std::string pump = "pump";
  const auto overflow = [&] {
    const CurrentCall call({"start", pump});
    recurse(0);
  };
  const Death main = die({{"pump", pump, "relay 1.0.0", "f", nullptr}}, overflow);
  const Death thread = die({{"pump", pump, "relay 1.0.0", "f", nullptr}}, [&] { std::thread(overflow).join(); });
  for (const Death& death : {main, thread}) {
    CHECK(death.signal == SIGSEGV);
    CHECK(death.said == "m2ag: crashed in component pump (relay 1.0.0) in \"start\": SIGSEGV (stack overflow)\n");
    CHECK(death.crumb);
  }
}

TEST_CASE("a thread that a component started is its own, and so is one that this one started") {
  if (!kCrashesAreOurs) return;
  const std::string pump = "pump";
  const Death death = die({{"pump", pump, "relay 1.0.0", "f", nullptr}}, [&] {
    std::thread outer;
    {
      const CurrentCall call({"start", pump});
      outer = std::thread([] { std::thread(&std::abort).join(); });
    }
    outer.join();
  });
  CHECK(death.said == "m2ag: crashed in component pump (relay 1.0.0) in \"thread\": SIGABRT\n");
  REQUIRE(death.crumb);
  CHECK(death.crumb->fingerprint == "f");
}

TEST_CASE("without a call it is told by whose code it is") {
  if (!kCrashesAreOurs) return;
  const auto* const here = reinterpret_cast<const void*>(&write_to_nowhere);
  const Death one = die({suspect("pump", here), suspect("valve")}, &write_to_nowhere);
  CHECK(one.said == "m2ag: crashed in component pump (relay 1.0.0): SIGSEGV\n");
  const Death either = die({suspect("pump", here), suspect("valve", here)}, &write_to_nowhere);
  CHECK(either.said == "m2ag: crashed in plugin relay 1.0.0: SIGSEGV\n");
  REQUIRE(either.crumb);
  CHECK(either.crumb->component.empty());
  const Death nobody = die({suspect("pump")}, &write_to_nowhere);
  CHECK(nobody.said == "m2ag: crashed outside of any component: SIGSEGV\n");
  CHECK(nobody.crumb);
}

TEST_CASE("a signal from outside is nobody's crash") {
  if (!kCrashesAreOurs) return;
  const std::string pump = "pump";
  const pid_t parent = ::getpid();
  const Death death = die({{"pump", pump, "relay 1.0.0", "f", nullptr}}, [&] {
    const CurrentCall call({"set", pump});
    const pid_t self = ::getpid();
    if (::fork() == 0) {
      ::kill(self, SIGABRT);
      ::_exit(0);
    }
    while (::getppid() == parent) ::pause();
  });
  CHECK(death.signal == SIGABRT);
  CHECK(death.said.empty());
  CHECK_FALSE(death.crumb);
}

TEST_CASE("the usual action is back when the handler is gone") {
  if (!kCrashesAreOurs) return;
  const Death death = die({}, [] {
    { const CrashHandler second(-1); }
    write_to_nowhere();
  });
  CHECK(death.signal == SIGSEGV);
  CHECK(death.said.empty());
}
