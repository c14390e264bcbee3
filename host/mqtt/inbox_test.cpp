#include "mqtt/inbox.h"

#include <thread>

#include "catch.h"

using namespace m2ag::host;

namespace {

MqttMessage message(std::string_view topic, std::string_view payload) {
  MqttMessage incoming;
  incoming.topic = topic;
  incoming.payload = payload;
  return incoming;
}

}  // namespace

TEST_CASE("messages are handed over in order with their texts, also those that came before the close") {
  Inbox inbox;
  {
    const std::string payload = "gone soon";
    CHECK(inbox.push(message("a", payload)));
  }
  CHECK(inbox.push(message("b", "")));
  inbox.close();
  CHECK_FALSE(inbox.push(message("c", "")));
  std::string seen;
  inbox.run([&](const MqttMessage& incoming) {
    seen.append(incoming.topic).append("=").append(incoming.payload).append(";");
  });
  CHECK(seen == "a=gone soon;b=;");
}

TEST_CASE("the inbox is bounded in messages and in bytes, and has room again when some were handled") {
  Inbox inbox;
  const bool large = GENERATE(false, true);
  const std::string payload(large ? 1024 * 1024 : 1, 'x');
  std::size_t count = 0;
  while (count < 2 * Inbox::kMostMessages && inbox.push(message("t", payload))) ++count;
  CHECK(count == (large ? 15 : Inbox::kMostMessages));
  std::size_t handled = 0;
  std::thread reader([&] { inbox.run([&](const MqttMessage&) { ++handled; }); });
  while (!inbox.push(message("t", payload))) std::this_thread::yield();
  inbox.close();
  reader.join();
  CHECK(handled == count + 1);
}
