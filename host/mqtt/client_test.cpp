// The client against a real mosquitto: what goes in and out while the connection holds.
#include "mqtt/client.h"

#include <fmt/format.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <fstream>
#include <map>

#include "catch.h"
#include "mqtt/tcp_nodelay.h"
#include "mqtt/test_broker.h"
#include "mqtt/test_client.h"

using namespace m2ag::host;

namespace {

PublishRequest message(std::string topic, std::string payload, int qos = 1) {
  PublishRequest request;
  request.topic = std::move(topic);
  request.payload = std::move(payload);
  request.qos = qos;
  return request;
}

Subscription filter(std::string text, int qos = 1) {
  Subscription subscription;
  subscription.filter = std::move(text);
  subscription.qos = qos;
  return subscription;
}

}  // namespace

TEST_CASE("a message goes out and comes in with all its MQTT 5 properties") {
  TestBroker broker;
  broker.start();
  TestClient client(TestClient::settings(broker.url(), "one"));
  client->subscribe({filter("a/#")});
  REQUIRE(client.wait_connected());

  auto request = message("a/set", std::string("\0binary\xff", 8));
  request.expiry_seconds = 100;
  request.response_topic = "reply/one";
  request.correlation_data = std::string("\0\1", 2);
  request.time = std::chrono::system_clock::time_point(std::chrono::milliseconds(1'700'000'000'123));
  client->publish(request);
  REQUIRE(client.eventually([&] { return client.message_count() == 1; }));
  const auto received = client.messages().front();
  CHECK(received.topic == "a/set");
  CHECK(received.payload == request.payload);
  CHECK(received.info.qos == 1);
  CHECK_FALSE(received.info.retained);
  CHECK_FALSE(received.info.duplicate);
  CHECK_FALSE(received.info.too_long);
  REQUIRE(received.info.expiry_seconds);
  CHECK(*received.info.expiry_seconds >= 95);
  CHECK(*received.info.expiry_seconds <= 100);
  CHECK(received.response_topic == "reply/one");
  CHECK(received.correlation_data == request.correlation_data);
  CHECK(received.info.time == 1'700'000'000'123);
  CHECK(client->stats().version == MqttVersion::v5);
}

TEST_CASE("what the library hands over is freed") {
  TestBroker broker;
  broker.start();
  TestClient client(TestClient::settings(broker.url(), "one"));
  client->subscribe({filter("a/#")});
  REQUIRE(client.wait_connected());
  constexpr std::size_t kCount = 2000, kSize = 2000;
  const auto exchange = [&] {
    for (std::size_t n = 0; n < kCount; ++n) {
      auto request = message("a/b", std::string(kSize, 'x'));
      request.response_topic = "reply/one";
      client->publish(request);
    }
    REQUIRE(client.eventually([&] { return client.message_count() == kCount; }));
    client.forget_messages();
    return ::mallinfo2().uordblks;
  };
  exchange();  // buffers find their sizes
  const std::size_t before = exchange();
  const std::size_t after = exchange();
  INFO(before << " " << after);
  CHECK(after < before + kCount * kSize / 4);
}

TEST_CASE("with subscribe_first a client is connected once its subscriptions hold") {
  TestBroker broker;
  broker.start();
  auto settings = TestClient::settings(broker.url(), "first");
  settings.subscribe_first = true;
  TestClient client(settings, false);
  int answers = 0;
  client.when_connected([&] {
    const std::string log = broker.log();
    const std::string answer = "Sending SUBACK to first";
    for (auto at = log.find(answer); at != std::string::npos; at = log.find(answer, at + 1)) ++answers;
  });
  std::vector<Subscription> filters;
  for (int n = 0; n < 250; ++n) filters.push_back(filter("a/" + std::to_string(n)));
  client->subscribe(std::move(filters));
  client->start();
  REQUIRE(client.wait_connected());
  CHECK(answers == 3);  // a hundred filters at a time
}

TEST_CASE("a message in 3.1.1 has no properties and still arrives") {
  TestBroker broker;
  broker.start();
  auto settings = TestClient::settings(broker.url(), "one");
  settings.version = MqttVersion::v3_1_1;
  TestClient client(settings);
  auto subscription = filter("a");
  subscription.retained = RetainHandling::never;
  client->subscribe({subscription, filter("b")});
  REQUIRE(client.wait_connected());
  auto request = message("a", "x");
  request.response_topic = "reply";
  request.time = std::chrono::system_clock::now();
  client->publish(request);
  REQUIRE(client.eventually([&] { return client.message_count() == 1; }));
  CHECK(client.messages().front().response_topic.empty());
  CHECK_FALSE(client.messages().front().info.time);
  CHECK(client->stats().version == MqttVersion::v3_1_1);
}

TEST_CASE("retained messages come as the subscription asks, and no local ones when it says so") {
  TestBroker broker;
  broker.start();
  TestClient client(TestClient::settings(broker.url(), "one"));
  auto retained = message("a", "kept");
  retained.retain = true;
  client->publish(retained);
  retained.topic = "b";
  client->publish(retained);
  REQUIRE(client.eventually([&] { return client->stats().sent == 2; }));

  auto never = filter("a");
  never.retained = RetainHandling::never;
  auto as_published = filter("b");
  as_published.retain_as_published = true;
  auto others = filter("c");
  others.no_local = true;
  client->subscribe({never, as_published, others});
  REQUIRE(client.eventually([&] { return client.message_count() == 1; }));
  CHECK(client.messages().front().topic == "b");
  CHECK(client.messages().front().info.retained);

  client->publish(message("c", "own"));
  client->publish(retained);
  REQUIRE(client.eventually([&] { return client.message_count() == 2; }));
  CHECK(client.messages().back().topic == "b");  // the own one on c would have come before
  CHECK(client.messages().back().info.retained);
}

TEST_CASE("a payload over the limit is delivered cut and flagged, one at the limit whole") {
  TestBroker broker;
  broker.start();
  TestClient client(TestClient::settings(broker.url(), "one"));
  client->subscribe({filter("a")});
  REQUIRE(client.wait_connected());
  client->publish(message("a", std::string(64 * 1024, 'x')));
  client->publish(message("a", std::string(64 * 1024 + 1, 'y')));
  client->publish(message("a", ""));
  REQUIRE(client.eventually([&] { return client.message_count() == 3; }));
  const auto received = client.messages();
  CHECK_FALSE(received[0].info.too_long);
  CHECK(received[0].payload.size() == 64 * 1024);
  CHECK(received[1].info.too_long);
  CHECK(received[1].payload.size() == 64 * 1024);
  CHECK(received[1].info.payload_size == 64 * 1024 + 1);
  CHECK(received[2].payload.empty());
}

TEST_CASE("hundreds of subscriptions are sent in batches and each works; an unsubscribed one does not any more") {
  TestBroker broker;
  broker.start();
  TestClient client(TestClient::settings(broker.url(), "one"));
  std::vector<Subscription> filters;
  for (int i = 0; i < 250; ++i) filters.push_back(filter(fmt::format("n/{}", i)));
  client->subscribe(filters);
  REQUIRE(client.wait_connected());
  for (int i = 0; i < 250; ++i) client->publish(message(fmt::format("n/{}", i), "x"));
  REQUIRE(client.eventually([&] { return client.message_count() == 250; }));

  client->unsubscribe({"n/1", "n/2"});
  client->publish(message("n/1", "y"));
  client->publish(message("n/3", "y"));
  REQUIRE(client.eventually([&] { return client.message_count() == 251; }));
  CHECK(client.messages().back().topic == "n/3");
}

TEST_CASE("publishing from on_message and on_connected works: a chain of answers") {
  TestBroker broker;
  broker.start();
  TestClient client(TestClient::settings(broker.url(), "one"), false);
  client->subscribe({filter("count")});
  client.when_message([&](const MqttMessage& received) {
    const int number = std::stoi(std::string(received.payload));
    if (number < 500) client->publish(message("count", std::to_string(number + 1), number % 2));
  });
  client.when_connected([&] { client->publish(message("count", "0")); });
  client->start();
  REQUIRE(client.eventually([&] { return client.message_count() == 501; }));
}

TEST_CASE("a burst far over the broker's Receive Maximum goes out at full speed and in order") {
  TestBroker broker;
  std::ofstream(broker.folder() / "mosquitto.conf", std::ios::app)
      << "max_inflight_messages 5\nmax_queued_messages 0\n";
  broker.start();
  TestClient client(TestClient::settings(broker.url(), "one"));
  client->subscribe({filter("n")});
  REQUIRE(client.wait_connected());
  constexpr int kCount = 900;
  for (int i = 0; i < kCount; ++i) client->publish(message("n", std::to_string(i)));
  const auto start = std::chrono::steady_clock::now();
  // Paho's own queue would send 5 a second.
  REQUIRE(client.eventually([&] { return client.message_count() == kCount; }, 30));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
  int expected = 0;
  for (const auto& received : client.messages()) REQUIRE(received.payload == std::to_string(expected++));
}

TEST_CASE("threads that publish at once keep the order of each topic") {
  TestBroker broker("max_queued_messages 0");
  broker.start();
  auto settings = TestClient::settings(broker.url(), "one");
  settings.outbound_window = 7;
  settings.queue_limit = 100'000;
  TestClient client(settings);
  client->subscribe({filter("t/+")});
  REQUIRE(client.wait_connected());
  constexpr int kThreads = 4;
  constexpr int kEach = 300;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) client->publish(message(fmt::format("t/{}", t), std::to_string(i)));
    });
  }
  for (auto& thread : threads) thread.join();
  REQUIRE(client.eventually([&] { return client.message_count() == kThreads * kEach; }, 60));
  std::map<std::string, int> next;
  for (const auto& received : client.messages()) REQUIRE(received.payload == std::to_string(next[received.topic]++));
}

TEST_CASE("QoS 0 in a burst, large ones too, is written and counted to the last") {
  TestBroker broker;
  broker.start();
  auto settings = TestClient::settings(broker.url(), "one");
  settings.queue_limit = 20'000;
  TestClient client(settings);
  REQUIRE(client.wait_connected());
  for (int i = 0; i < 5000; ++i) client->publish(message("small", "x", 0));
  for (int i = 0; i < 50; ++i) client->publish(message("large", std::string(500'000, 'x'), 0));
  REQUIRE(client.eventually([&] { return client->stats().sent == 5050; }, 60));
  CHECK(client->stats().in_flight == 0);
  CHECK(client->stats().dropped == 0);
  CHECK(client->stats().connected);
}

TEST_CASE("Nagle's algorithm is off on the client's socket") {
  TestBroker broker;
  broker.start();
  TestClient client(TestClient::settings(broker.url(), "one"));
  REQUIRE(client.wait_connected());
  int found = 0;
  for (int descriptor = 0; descriptor < 1024; ++descriptor) {
    sockaddr_in peer{};
    socklen_t length = sizeof peer;
    if (getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &length) != 0 ||
        ntohs(peer.sin_port) != broker.port())
      continue;
    int on = 0;
    length = sizeof on;
    REQUIRE(getsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, &length) == 0);
    CHECK(on == 1);
    ++found;
  }
  CHECK(found == 1);
  CHECK(set_tcp_nodelay(free_port()) == 0);
}

TEST_CASE("disconnect sends what waits and no will; the broker saw a good end") {
  TestBroker broker;
  broker.start();
  TestClient watcher(TestClient::settings(broker.url(), "watcher"));
  watcher->subscribe({filter("#")});
  REQUIRE(watcher.wait_connected());
  auto settings = TestClient::settings(broker.url(), "one");
  settings.outbound_window = 2;
  settings.will = MqttWill{.topic = "status", .payload = "offline", .qos = 1, .retain = true};
  TestClient client(settings);
  REQUIRE(client.wait_connected());
  for (int i = 0; i < 100; ++i) client->publish(message("n", std::to_string(i)));
  CHECK(client->disconnect(std::chrono::seconds(10)));
  CHECK(client->stats().sent == 100);
  CHECK_FALSE(client->stats().connected);
  REQUIRE(watcher.eventually([&] { return watcher.message_count() == 100; }));
  CHECK(watcher.eventually([&] { return broker.log().find("Received DISCONNECT from one") != std::string::npos; }));
  CHECK(watcher.message_count() == 100);
}

TEST_CASE("the will is published when the client goes without a word") {
  TestBroker broker;
  broker.start();
  TestClient watcher(TestClient::settings(broker.url(), "watcher"));
  watcher->subscribe({filter("status")});
  REQUIRE(watcher.wait_connected());
  auto settings = TestClient::settings(broker.url(), "one");
  settings.will = MqttWill{.topic = "status", .payload = "offline", .qos = 1, .retain = true};
  settings.backoff_first = settings.backoff_most = std::chrono::seconds(60);
  settings.version = GENERATE(MqttVersion::v5, MqttVersion::v3_1_1);
  TestClient client(settings);
  REQUIRE(client.wait_connected());
  TestClient thief(TestClient::settings(broker.url(), "one"));  // the broker ends the first one's connection
  REQUIRE(watcher.eventually([&] { return watcher.message_count() == 1; }));
  CHECK(watcher.messages().front().payload == "offline");
}

TEST_CASE("two clients with one id drive each other out, and the log says what it may be") {
  TestBroker broker;
  broker.start();
  TestClient client(TestClient::settings(broker.url(), "one"));
  TestClient other(TestClient::settings(broker.url(), "one"));
  // The broker may say so itself; else it is guessed from the losses.
  CHECK(client.eventually([&] { return client.logged("another client"); }, 60));
}
