#include "cli/isolated_report.h"

#include <string>
#include <thread>
#include <vector>

#include "catch.h"

using namespace m2ag::host;

TEST_CASE("what an isolated component's process says is read") {
  const auto words = read_isolated_words(
      R"({"state":"failed","reason":"no answer","online":false,"listens":true,"failures":2,"errors":5,"registers":[1]})");
  REQUIRE(words);
  CHECK(words->state.state == InstanceState::failed);
  CHECK(words->state.reason == "no answer");
  CHECK_FALSE(words->state.online);
  CHECK(words->listens);
  CHECK(words->state.failures == 2);
  CHECK(words->state.errors == 5);
  CHECK(words->state.registers == m2ag::Value::List{1});
  CHECK(words->error.empty());
  CHECK(read_isolated_words(isolated_error("no plugin"))->error == "no plugin");
}

TEST_CASE("a process says that commands arrive, and goes on once its host has heard it") {
  std::vector<std::string> sent;
  IsolatedReport* asked = nullptr;
  std::thread host;
  IsolatedReport report([&](const std::string& message) {
    sent.push_back(message);
    // The answer comes on another thread, as soon as the report has let go of its lock.
    if (read_isolated_words(message)->listens) host = std::thread([&] { asked->heard(); });
    return true;
  });
  asked = &report;
  report.listens(true);
  host.join();
  report.listens(false);  // nobody answers that
  REQUIRE(sent.size() == 2);
  CHECK_FALSE(read_isolated_words(sent.back())->listens);
}

TEST_CASE("which commands were answered is told at once, and again when it did not go out") {
  std::vector<std::string> sent;
  bool has_room = true;
  IsolatedReport report([&](const std::string& message) {
    if (has_room) sent.push_back(message);
    return has_room;
  });
  CHECK(report.answered({1, false, true, {}, {}, {}}));
  has_room = false;
  CHECK(report.answered({2, true, true, {}, {}, m2ag::Value::List{7}}));
  CHECK(report.answered({3, true, false, "busy", "too much", {}}));
  CHECK_FALSE(report.answered({4, true, true, {}, {}, std::string(200'000, 'x')}));
  has_room = true;
  report.repeat();
  REQUIRE(sent.size() == 4);
  const auto first = read_isolated_words(sent[0])->answer, second = read_isolated_words(sent[2])->answer,
             third = read_isolated_words(sent[3])->answer;
  REQUIRE(first);
  CHECK(first->number == 1);
  CHECK_FALSE(first->is_wanted);
  CHECK_FALSE(read_isolated_words(sent[1])->answer);
  REQUIRE(second);
  CHECK(second->is_wanted);
  CHECK(second->ok);
  CHECK(second->data == m2ag::Value::List{7});
  REQUIRE(third);
  CHECK_FALSE(third->ok);
  CHECK(third->code == "busy");
  CHECK(third->message == "too much");
  report.repeat();
  CHECK(sent.size() == 5);
}

TEST_CASE("what is not said is the start of it, and what is no message is none") {
  const auto words = read_isolated_words("{}");
  REQUIRE(words);
  CHECK(words->state.state == InstanceState::starting);
  CHECK_FALSE(words->state.online);
  CHECK_FALSE(words->listens);
  CHECK(words->state.registers.is_null());
  CHECK_FALSE(read_isolated_words("crashed"));
  CHECK_FALSE(read_isolated_words("[]"));
}
