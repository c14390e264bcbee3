#include "mqtt/outbound.h"

#include "catch.h"

using namespace m2ag::host;

namespace {

const auto kNow = std::chrono::steady_clock::time_point{} + std::chrono::hours(1);

PublishRequest message(std::string topic, std::string payload, bool conflate = false, int qos = 1) {
  PublishRequest request;
  request.topic = std::move(topic);
  request.payload = std::move(payload);
  request.conflate = conflate;
  request.qos = qos;
  return request;
}

// Sends everything that may be sent and has it delivered; the payloads in order.
std::string drain(Outbound& outbound) {
  std::string payloads;
  while (const auto* entry = outbound.next(kNow)) {
    payloads += entry->request.payload;
    outbound.done(*entry);
  }
  return payloads;
}

}  // namespace

TEST_CASE("while the window is open a message goes at once, beyond it it waits in order") {
  Outbound outbound(nullptr, 1000, 1'000'000);
  outbound.open(2);
  const auto* a = outbound.offer(message("x", "a"), true, kNow);
  const auto* b = outbound.offer(message("x", "b"), true, kNow);
  REQUIRE(a);
  REQUIRE(b);
  CHECK_FALSE(outbound.offer(message("x", "c"), true, kNow));
  CHECK_FALSE(outbound.offer(message("x", "d"), true, kNow));
  CHECK(outbound.in_flight() == 2);
  CHECK_FALSE(outbound.next(kNow));
  outbound.done(*a);
  CHECK_FALSE(outbound.offer(message("x", "e"), true, kNow));  // not before c and d
  const auto* c = outbound.next(kNow);
  REQUIRE(c);
  CHECK(c->request.payload == "c");
  outbound.done(*b);
  outbound.done(*c);
  CHECK(drain(outbound) == "de");
}

TEST_CASE("of a topic that conflates only the newest waits, in the place of the first") {
  Outbound outbound(nullptr, 1000, 1'000'000);
  outbound.offer(message("x", "1", true), true, kNow);
  outbound.offer(message("y", "2", true), true, kNow);
  outbound.offer(message("x", "3", true), true, kNow);
  outbound.offer(message("x", "4", true), true, kNow);
  CHECK(outbound.queued() == 2);
  CHECK(outbound.counters().conflated == 2);
  outbound.open(10);
  CHECK(drain(outbound) == "42");
  CHECK(outbound.counters().dropped == 0);
}

TEST_CASE("the queue is bounded: the oldest that does not conflate is dropped and counted") {
  Outbound outbound(nullptr, 3, 1'000'000);
  outbound.offer(message("state", "S", true), true, kNow);
  for (const char* payload : {"1", "2", "3", "4", "5"}) outbound.offer(message("event", payload), true, kNow);
  CHECK(outbound.counters().dropped == 2);
  outbound.open(10);
  CHECK(drain(outbound) == "S345");
}

TEST_CASE("the queue is bounded in bytes too, but for what conflates") {
  Outbound outbound(nullptr, 1000, 100'000);
  for (const char* payload : {"1", "2", "3", "4"}) {
    outbound.offer(message("event", payload + std::string(40'000, ' ')), true, kNow);
    outbound.offer(message(payload, std::string(90'000, ' '), true), true, kNow);
  }
  CHECK(outbound.counters().dropped == 2);
  CHECK(outbound.queued() == 6);
  outbound.open(10);
  std::string sent = drain(outbound);
  std::erase(sent, ' ');
  CHECK(sent == "34");
  outbound.close();
  outbound.offer(message("event", std::string(200'000, ' ')), true,
                 kNow);  // larger than the bound by itself: kept alone
  CHECK(outbound.queued() == 1);
}

TEST_CASE("what was in flight comes back before all others, in its order") {
  Outbound outbound(nullptr, 1000, 1'000'000);
  outbound.open(3);
  for (const char* payload : {"1", "2", "3", "4", "5"}) outbound.offer(message("event", payload), true, kNow);
  outbound.close();
  outbound.requeue_in_flight(false);
  CHECK(outbound.in_flight() == 0);
  outbound.open(10);
  CHECK(drain(outbound) == "12345");
}

TEST_CASE("what was in flight does not overwrite a newer value of its topic") {
  Outbound outbound(nullptr, 1000, 1'000'000);
  outbound.open(3);
  for (const char* payload : {"1", "2", "3", "4"}) outbound.offer(message("state", payload, true), true, kNow);
  outbound.offer(message("other", "x", true), true, kNow);
  outbound.close();
  outbound.requeue_in_flight(false);
  outbound.open(10);
  CHECK(drain(outbound) == "4x");
  CHECK(outbound.counters().conflated == 3);
}

TEST_CASE("a full queue takes back what was in flight") {
  Outbound outbound(nullptr, 2, 1'000'000);
  outbound.open(2);
  for (const char* payload : {"1", "2", "3", "4"}) outbound.offer(message("event", payload), true, kNow);
  outbound.close();
  outbound.requeue_in_flight(false);
  CHECK(outbound.queued() == 4);
  CHECK(outbound.counters().dropped == 0);
}

TEST_CASE("QoS 0 goes past a full window, but not past its own topic and not without limit") {
  Outbound outbound(nullptr, 3, 1'000'000);
  outbound.open(1);
  const auto* held = outbound.offer(message("a", "1"), true, kNow);
  outbound.offer(message("a", "2"), true, kNow);
  CHECK(outbound.offer(message("b", "x", false, 0), true, kNow));
  CHECK_FALSE(outbound.offer(message("a", "3", false, 0), true, kNow));
  CHECK(outbound.offer(message("c", "y", false, 0), true, kNow));
  CHECK(outbound.offer(message("d", "y", false, 0), true, kNow));
  CHECK_FALSE(outbound.offer(message("e", "z", false, 0), true, kNow));  // three are unwritten
  outbound.done(*held);
  const auto* next = outbound.next(kNow);
  REQUIRE(next);
  CHECK(next->request.payload == "2");
}

TEST_CASE("a message that outlived its expiry while it waited is not sent") {
  Outbound outbound(nullptr, 1000, 1'000'000);
  auto request = message("command", "ON");
  request.expiry_seconds = 10;
  outbound.offer(request, true, kNow);
  outbound.offer(message("command", "later"), true, kNow);
  outbound.open(10);
  const auto* next = outbound.next(kNow + std::chrono::seconds(10));
  REQUIRE(next);
  CHECK(next->request.payload == "later");
  CHECK(outbound.counters().dropped == 1);
}

TEST_CASE("a message that ends every connection is given up, those behind it are not") {
  Outbound outbound(nullptr, 1000, 1'000'000);
  for (const char* payload : {"1", "2", "3"})
    outbound.offer(message("topic/" + std::string(payload), payload), true, kNow);
  for (int i = 1; i < Outbound::kMostBlamed; ++i) {
    outbound.open(2);
    while (outbound.next(kNow)) {
    }
    outbound.close();
    REQUIRE(outbound.requeue_in_flight(true).empty());
  }
  outbound.open(2);
  outbound.next(kNow);
  outbound.next(kNow);
  outbound.close();
  CHECK(outbound.requeue_in_flight(true) == "topic/1");
  CHECK(outbound.counters().dropped == 1);
  outbound.open(10);
  CHECK(drain(outbound) == "23");
}
