#include "component/handover.h"

#include <string>
#include <vector>

#include "catch.h"

using namespace m2ag::host;

namespace {

IncomingMessage message(std::string_view topic) {
  IncomingMessage message;
  message.topic = topic;
  return message;
}

Reply reply(std::string command) {
  Reply reply;
  reply.command = std::move(command);
  return reply;
}

}  // namespace

TEST_CASE("what a process was given and has not answered comes back when it ends, in the order it came, once") {
  Handover handover;
  CHECK(handover.give(message("a"), reply("a")) == Handover::Outcome::closed);
  std::vector<std::string> given;
  handover.open([&](std::uint64_t number, const IncomingMessage& each) {
    given.push_back(std::to_string(number) + ' ' + std::string(each.topic));
    return true;
  });
  for (const char* each : {"a", "b", "c"}) CHECK(handover.give(message(each), reply(each)) == Handover::Outcome::given);
  CHECK(given == std::vector<std::string>{"1 a", "2 b", "3 c"});
  HandedAnswer refusal{2, true, false, "busy", "too much", {}};
  const auto told = handover.answered(refusal);
  REQUIRE(told);
  CHECK(told->command == "b");
  CHECK(told->code == "busy");
  CHECK_FALSE(handover.answered(refusal));                      // a second time
  CHECK_FALSE(handover.answered({7, true, true, {}, {}, {}}));  // nobody was given that
  handover.close();
  CHECK(handover.give(message("d"), reply("d")) == Handover::Outcome::closed);
  CHECK_FALSE(handover.answered({3, false, true, {}, {}, {}}));  // nobody wants to know, but it counts
  const auto left = handover.end();
  REQUIRE(left.size() == 1);
  CHECK(left.front().command == "a");
  CHECK(handover.end().empty());
}

TEST_CASE("a process that takes no more is full, and what it did not take is not waited for") {
  Handover handover;
  handover.open([](std::uint64_t, const IncomingMessage&) { return false; });
  CHECK(handover.give(message("a"), reply("a")) == Handover::Outcome::full);
  CHECK(handover.end().empty());
}
