#include "core/task.h"

#include <array>
#include <functional>
#include <memory>

#include "catch.h"

using m2ag::host::Task;

TEST_CASE("an empty task says so") {
  Task task;
  CHECK_FALSE(task);
  task = Task([] {});
  CHECK(task);
  task.reset();
  CHECK_FALSE(task);
}

TEST_CASE("a task runs what it was given, wherever it lies") {
  int runs = 0;
  const auto small = [&runs] { ++runs; };
  const auto large = [&runs, room = std::array<char, 200>{}] { runs += 10 + room[0]; };
  STATIC_REQUIRE(Task::fits_inline<decltype(small)>);
  STATIC_REQUIRE_FALSE(Task::fits_inline<decltype(large)>);
  Task a(small);
  Task b(large);
  a();
  b();
  CHECK(runs == 11);
}

TEST_CASE("what a command captures lies in the task") {
  struct Captures {
    std::shared_ptr<int> component;
    std::string payload;
    void* reply;
    void operator()() const {}
  };
  STATIC_REQUIRE(Task::fits_inline<Captures>);
}

TEST_CASE("a task moves, and destroys its captures exactly once") {
  auto held = std::make_shared<int>(0);
  const auto check = [&held](auto callable) {
    Task first(std::move(callable));
    CHECK(held.use_count() == 2);
    Task second(std::move(first));
    CHECK_FALSE(first);  // NOLINT(bugprone-use-after-move): that it is empty is the point
    CHECK(held.use_count() == 2);
    second();
    Task third;
    third = std::move(second);
    third();
    CHECK(held.use_count() == 2);
    third = Task([] {});
    CHECK(held.use_count() == 1);
  };
  SECTION("inline") {
    check([held] { ++*held; });
  }
  SECTION("on the heap") {
    check([held, room = std::array<char, 100>{}] { *held += 1 + room[0]; });
  }
  CHECK(*held == 2);
  CHECK(held.use_count() == 1);
}

TEST_CASE("a task takes what can only be moved, and a std::function") {
  int result = 0;
  Task moved([value = std::make_unique<int>(7), &result] { result = *value; });
  moved();
  CHECK(result == 7);
  const std::function<void()> function = [&result] { result = 8; };
  Task copied(function);
  copied();
  CHECK(result == 8);
}
