// The client against a real mosquitto that comes late, dies, hangs and comes back.
#include <fmt/format.h>
#include <sys/socket.h>

#include <fstream>
#include <set>

#include "catch.h"
#include "mqtt/test_broker.h"
#include "mqtt/test_client.h"

using namespace m2ag::host;

namespace {

PublishRequest message(std::string topic, std::string payload, bool conflate = false) {
  PublishRequest request;
  request.topic = std::move(topic);
  request.payload = std::move(payload);
  request.conflate = conflate;
  return request;
}

Subscription filter(std::string text) {
  Subscription subscription;
  subscription.filter = std::move(text);
  return subscription;
}

std::vector<std::string> payloads(TestClient& client) {
  std::vector<std::string> all;
  for (const auto& received : client.messages()) all.push_back(received.payload);
  return all;
}

}  // namespace

TEST_CASE("a broker that comes later gets what was published before: of a state the newest, of events all") {
  TestBroker broker;
  TestClient client(TestClient::settings(broker.url(), "one"));
  client->subscribe({filter("#")});
  for (int i = 0; i < 100; ++i) {
    client->publish(message("state", std::to_string(i), true));
    if (i % 50 == 0) client->publish(message("event", std::to_string(i)));
  }
  REQUIRE(client.eventually([&] { return !client.log_lines().empty(); }));
  CHECK(client.log_lines().front().find("no MQTT connection to " + broker.url()) == 0);
  CHECK_FALSE(client->stats().connected);
  CHECK(client->stats().last_error.find(std::to_string(broker.port())) != std::string::npos);
  CHECK(client->stats().queued == 3);

  broker.start();
  REQUIRE(client.eventually([&] { return client.message_count() == 3; }));
  CHECK(payloads(client) == std::vector<std::string>{"99", "0", "50"});
  CHECK(client->stats().conflated == 99);
  CHECK(client->stats().last_error.empty());
  // One line for the edge, however many attempts there were.
  const auto lines = client.log_lines();
  REQUIRE(lines.size() == 2);
  CHECK(lines[1].find("is back after") != std::string::npos);
}

TEST_CASE("after the broker was killed and started again the client is back, subscribed, with one line for each edge") {
  TestBroker broker;
  broker.start();
  TestClient client(TestClient::settings(broker.url(), "one"));
  client->subscribe({filter("a/#"), filter("b")});
  client.when_connected([&] { client->publish(message("a/hello", "x")); });
  REQUIRE(client.wait_connected());
  REQUIRE(client.eventually([&] { return client.message_count() >= 1; }));
  for (std::uint64_t life = 2; life <= 4; ++life) {
    const auto before = client.message_count();
    broker.kill();
    REQUIRE(client.eventually([&] { return !client->stats().connected; }));
    client->publish(message("b", std::to_string(life)));
    broker.start();
    REQUIRE(client.wait_connected(life));
    REQUIRE(client.eventually([&] { return client.message_count() >= before + 2; }));
  }
  int lost = 0;
  int back = 0;
  for (const auto& line : client.log_lines()) {
    if (line.find(" lost: ") != std::string::npos) ++lost;
    if (line.find(" is back after ") != std::string::npos) ++back;
  }
  CHECK(lost == 3);
  CHECK(back == 3);
}

TEST_CASE(
    "no QoS 1 message is lost over three power cuts of the broker, in the queue or in flight, and their order stays") {
  TestBroker broker;
  broker.start();
  auto settings = TestClient::settings(broker.url(), "one");
  settings.queue_limit = 100'000;
  settings.version = GENERATE(MqttVersion::v5, MqttVersion::v3_1_1);
  TestClient client(settings);
  REQUIRE(client.wait_connected());
  constexpr int kEach = 3000;
  int published = 0;
  for (int life = 0; life < 4; ++life) {
    for (int i = 0; i < kEach; ++i) client->publish(message(fmt::format("n/{}", published++), "x"));
    if (life == 3) break;
    // Somewhere in the middle of the burst.
    REQUIRE(
        client.eventually([&] { return client->stats().sent >= static_cast<std::uint64_t>(life * kEach + 500); }, 60));
    REQUIRE(client->stats().queued + client->stats().in_flight > 0);
    broker.kill();
    for (int i = 0; i < 10; ++i) client->publish(message(fmt::format("n/{}", published++), "x"));
    broker.start();
  }
  REQUIRE(client.eventually([&] { return client->stats().queued == 0 && client->stats().in_flight == 0; }, 90));
  CHECK(client->stats().dropped == 0);
  REQUIRE(client->stats().connects == 4);

  // What the broker says that it received, in all its lives.
  std::set<int> seen;
  int highest = -1;
  bool gap = false;
  const std::string log = broker.log();
  for (std::size_t at = 0; (at = log.find("Received PUBLISH from one", at)) != std::string::npos; ++at) {
    const auto topic = log.find("'n/", at);
    const int number = std::stoi(log.substr(topic + 3, 10));
    seen.insert(number);
    gap = gap || number > highest + 1;
    highest = std::max(highest, number);
  }
  CHECK(seen.size() == static_cast<std::size_t>(published));
  CHECK_FALSE(gap);
}

TEST_CASE("while the broker is gone the queue is bounded: the oldest events go, and are counted") {
  TestBroker broker;
  auto settings = TestClient::settings(broker.url(), "one");
  settings.queue_limit = 50;
  TestClient client(settings);
  client->subscribe({filter("#")});
  for (int i = 0; i < 200; ++i) client->publish(message("event", std::to_string(i)));
  for (int i = 0; i < 200; ++i) client->publish(message("state", std::to_string(i), true));
  CHECK(client->stats().queued == 51);
  CHECK(client->stats().dropped == 150);
  broker.start();
  REQUIRE(client.eventually([&] { return client.message_count() == 51; }));
  CHECK(payloads(client).front() == "150");
  CHECK(payloads(client).back() == "199");
}

TEST_CASE("a broker that hangs is noticed by the keep alive; what was in flight arrives when it goes on") {
  TestBroker broker;
  broker.start();
  auto settings = TestClient::settings(broker.url(), "one");
  settings.keep_alive = std::chrono::seconds(2);
  settings.connect_timeout = std::chrono::seconds(2);
  TestClient client(settings);
  client->subscribe({filter("n")});
  REQUIRE(client.wait_connected());
  broker.pause();
  for (int i = 0; i < 150; ++i) client->publish(message("n", std::to_string(i)));
  CHECK(client->stats().in_flight == 100);
  CHECK(client->stats().queued == 50);
  REQUIRE(client.eventually([&] { return !client->stats().connected; }, 30));
  broker.resume();
  REQUIRE(client.wait_connected(2));
  REQUIRE(client.eventually([&] { return client->stats().queued == 0 && client->stats().in_flight == 0; }));
  REQUIRE(client.eventually([&] { return client.message_count() >= 150 && payloads(client).back() == "149"; }));
}

TEST_CASE("with a session that outlives the connection nothing sent meanwhile is missed") {
  TestBroker broker;
  broker.start();
  auto settings = TestClient::settings(broker.url(), "one");
  settings.clean_start = false;
  settings.session_expiry = std::chrono::hours(1);
  settings.version = GENERATE(MqttVersion::v5, MqttVersion::v3_1_1);
  {
    TestClient client(settings);
    client->subscribe({filter("a"), filter("b")});
    REQUIRE(client.wait_connected());
    CHECK_FALSE(client.session_present());
    client->publish(message("a", "0"));  // behind the subscription
    REQUIRE(client.eventually([&] { return client.message_count() == 1; }));
    CHECK(client->disconnect(std::chrono::seconds(5)));
  }
  TestClient other(TestClient::settings(broker.url(), "other"));
  other->publish(message("a", "1"));
  other->publish(message("b", "2"));
  REQUIRE(other.eventually([&] { return other->stats().sent == 2; }));

  TestClient client(settings);
  REQUIRE(client.eventually([&] { return client.message_count() == 2 && client.session_present(); }));
}

TEST_CASE("a filter that was unsubscribed while the broker was gone is not in the session that it kept") {
  TestFolder folder;
  TestBroker broker(fmt::format("persistence true\npersistence_location {}/", folder.path().string()));
  broker.start();
  auto settings = TestClient::settings(broker.url(), "one");
  settings.clean_start = false;
  settings.session_expiry = std::chrono::hours(1);
  TestClient client(settings);
  client->subscribe({filter("a"), filter("b")});
  REQUIRE(client.wait_connected());
  client->publish(message("a", "0"));  // behind the subscriptions
  REQUIRE(client.eventually([&] { return client.message_count() == 1; }));
  broker.stop();
  REQUIRE(client.eventually([&] { return !client->stats().connected; }));
  client->unsubscribe({"b"});
  broker.start();
  REQUIRE(client.eventually([&] { return client.session_present(); }));
  client->publish(message("b", "1"));
  client->publish(message("a", "2"));
  // The broker may send "0" once more: it was stopped before it heard of the acknowledgement.
  REQUIRE(client.eventually([&] { return payloads(client).back() == "2"; }));
  for (const auto& payload : payloads(client)) CHECK(payload != "1");
}

TEST_CASE("a client without a broker, and one whose broker hangs, is gone within seconds") {
  TestBroker broker;
  const bool hangs = GENERATE(false, true);
  if (hangs) broker.start();
  TestClient client(TestClient::settings(broker.url(), "one"));
  if (hangs) {
    REQUIRE(client.wait_connected());
    broker.pause();
  }
  for (int i = 0; i < 150; ++i) client->publish(message("n", std::to_string(i)));
  const auto start = std::chrono::steady_clock::now();
  CHECK_FALSE(client->disconnect(std::chrono::milliseconds(500)));
  client.destroy();
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(4));
}

TEST_CASE("a wrong password is named, and a reason that changes is said once more") {
  TestFolder folder;
  const auto passwords = folder.path() / "passwords";
  std::ofstream(passwords) << "";
  TestBroker broker(fmt::format("allow_anonymous false\npassword_file {}", passwords.string()));
  auto settings = TestClient::settings(broker.url(), "one");
  settings.username = "nobody";
  settings.password = "wrong";
  TestClient client(settings);
  REQUIRE(client.eventually([&] { return client.log_lines().size() == 1; }));
  broker.start();
  REQUIRE(client.eventually([&] { return client.log_lines().size() == 2; }));
  CHECK(client.log_lines().back().find("still no MQTT connection") == 0);
  CHECK(client.log_lines().back().find("authoris") != std::string::npos);
}
