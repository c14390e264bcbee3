#include "cli/handed_command.h"

#include <string>

#include "catch.h"

using namespace m2ag::host;
using namespace std::chrono_literals;

TEST_CASE("a command that is handed to another process arrives there as it was") {
  using namespace std::string_view_literals;
  IncomingMessage message;
  message.topic = "m2ag/house/pump/set";
  message.payload = "{\"value\":\"ON\"}\0 command 7 \n\xff"sv;
  message.response_topic = "m2ag/house/pump/reply";
  message.correlation_data = "\0\1\2"sv;
  message.expiry = 30s;
  message.arrival = std::chrono::steady_clock::now();
  const std::string text = write_handed(41, message);
  const auto read = read_handed(text);
  REQUIRE(read);
  CHECK(read->handed == 41);
  CHECK(read->topic == message.topic);
  CHECK(read->payload == message.payload);
  CHECK(read->response_topic == message.response_topic);
  CHECK(read->correlation_data == message.correlation_data);
  CHECK(read->expiry == message.expiry);
  CHECK(read->arrival == message.arrival);

  IncomingMessage least;
  least.topic = "a";
  const std::string short_text = write_handed(1, least);
  const auto again = read_handed(short_text);
  REQUIRE(again);
  CHECK_FALSE(again->expiry);
  CHECK(again->payload.empty());
}

TEST_CASE("what is no command that was handed over is none") {
  const auto text =
      GENERATE("", "command", "command ", "heard", "command 1 2 -1 1 0 0 0", "command 1 2 -1 1 0 0 0 ",
               "command 1 2 -1 1 0 0 0 ab", "command 1 2 -1 -1 0 0 0 a", "command x 2 -1 1 0 0 0 a",
               "command 1 2 -1 9223372036854775807 0 0 0 a", "command 99999999999999999999 2 -1 1 0 0 0 a");
  CHECK_FALSE(read_handed(text));
}
