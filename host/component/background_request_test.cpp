#include "component/background_request.h"

#include <m2ag/error.h>

#include <chrono>
#include <vector>

#include "catch.h"
#include "core/test_gate.h"

using Catch::Contains;
using namespace m2ag;
using namespace m2ag::host;
using namespace std::chrono_literals;

namespace {

/// Work that waits at the gate. Deadlines pass when the test says so.
struct Case {
  ManualClock clock;
  Log log;
  Executor executor{clock};
  Scheduler scheduler{clock};
  Gate gate;
  BackgroundRequest::Work work = [](const Value& arguments) { return arguments; };
  const std::size_t most;
  BackgroundRequest request{"look",
                            executor,
                            scheduler,
                            log,
                            [this](const Value& arguments) {
                              gate.wait();
                              return work(arguments);
                            },
                            10s,
                            most};

  std::mutex mutex;
  std::vector<std::variant<Value, Refusal>> answers;
  Counter answered;

  explicit Case(std::size_t its_most = 1) : most(its_most) {}
  ~Case() {
    gate.open();
    executor.stop(test_deadline());
  }
  void ask(const Value& arguments = {}) {
    request.begin(arguments, [this](std::variant<Value, Refusal> answer) {
      {
        const std::lock_guard lock(mutex);
        answers.push_back(std::move(answer));
      }
      answered.add();
    });
  }
  std::variant<Value, Refusal> answer(std::size_t number) {
    REQUIRE(answered.wait_for(number));
    const std::lock_guard lock(mutex);
    return answers.at(number - 1);
  }
  Refusal refusal(std::size_t number) { return std::get<Refusal>(answer(number)); }
};

}  // namespace

TEST_CASE("as many background requests as are allowed wait for one another, and each has its own deadline") {
  Case it(2);
  it.ask("first");
  it.clock.advance(6s);
  it.ask("second");
  it.ask("third");
  CHECK(it.refusal(1).code == "busy");
  it.clock.advance(5s);
  it.scheduler.run_due();
  CHECK(it.refusal(2).code == "failed");  // the first
  it.ask("fourth");
  CHECK(it.refusal(3).code == "busy");
  it.gate.open();
  CHECK(std::get<Value>(it.answer(4)) == Value("second"));
}

TEST_CASE("when they are closed, all that wait are told") {
  Case it(2);
  it.ask("first");
  it.ask("second");
  it.request.close();
  CHECK(it.refusal(2).code == "unavailable");
}

TEST_CASE("a background request is answered with what its work gives, one after the other") {
  Case it;
  it.gate.open();
  it.ask("first");
  CHECK(std::get<Value>(it.answer(1)) == Value("first"));
  it.ask("second");
  CHECK(std::get<Value>(it.answer(2)) == Value("second"));
  CHECK_FALSE(it.scheduler.next_due());
}

TEST_CASE("a second request is busy while the work goes on, also after its deadline") {
  Case it;
  it.ask("slow");
  REQUIRE(it.gate.wait_arrived(1));
  it.ask();
  CHECK(it.refusal(1).code == "busy");

  it.clock.advance(10s);
  it.scheduler.run_due();
  CHECK(it.refusal(2).code == "failed");
  CHECK_THAT(it.refusal(2).message, Contains("not done within 10 s"));
  it.ask();
  CHECK(it.refusal(3).code == "busy");

  // It ends after all: nobody is answered twice, and the next one is let in.
  it.gate.open();
  std::size_t asked = 3;
  do {
    it.ask("next");
    ++asked;
  } while (std::holds_alternative<Refusal>(it.answer(asked)));
  CHECK(std::get<Value>(it.answer(asked)) == Value("next"));
  CHECK(it.answered.count() == asked);
}

TEST_CASE("what the work throws is the answer") {
  Case it;
  it.gate.open();
  it.work = [](const Value&) -> Value { throw CommandError("gone", "it is gone"); };
  it.ask();
  CHECK(it.refusal(1).code == "gone");
  it.work = [](const Value&) -> Value { throw ConfigError("no such name"); };
  it.ask();
  CHECK(it.refusal(2).code == "bad_arguments");
  it.work = [](const Value&) -> Value { throw DeviceError("no permission"); };
  it.ask();
  CHECK(it.refusal(3).code == "failed");
  CHECK(it.refusal(3).message == "no permission");
}

TEST_CASE("who waits when the host stops is answered, and so is who comes") {
  Case it;
  it.ask();
  REQUIRE(it.gate.wait_arrived(1));
  it.request.close();
  CHECK(it.refusal(1).code == "unavailable");
  it.ask();
  CHECK(it.refusal(2).code == "unavailable");
}
