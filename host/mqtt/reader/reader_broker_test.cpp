// The reader against a real mosquitto: what arrives, what is acknowledged, and what comes again.
#include <fmt/format.h>

#include <set>

#include "catch.h"
#include "mqtt/reader/test_reader.h"
#include "mqtt/test_broker.h"
#include "mqtt/test_client.h"

using namespace m2ag::host;
using namespace m2ag::host::reader;

namespace {

constexpr const char* kPuback = "Received PUBACK from one";

// Publishes what the reader is to get, with the client of this folder.
class Publisher {
 public:
  explicit Publisher(const TestBroker& broker) : client_(TestClient::settings(broker.url(), "publisher")) {
    REQUIRE(client_.wait_connected());
  }
  void publish(const std::string& topic, const std::string& payload, int qos = 1) {
    PublishRequest request;
    request.topic = topic;
    request.payload = payload;
    request.qos = qos;
    client_->publish(request);
  }
  void publish_numbers(int first, int last) {
    for (int i = first; i <= last; ++i) publish("n", std::to_string(i));
  }
  void wait_sent() {
    REQUIRE(client_.eventually([&] { return client_->stats().queued == 0 && client_->stats().in_flight == 0; }));
  }

 private:
  TestClient client_;
};

std::vector<std::string> numbers(int first, int last) {
  std::vector<std::string> all;
  for (int i = first; i <= last; ++i) all.push_back(std::to_string(i));
  return all;
}

std::string persistent(const TestFolder& folder) {
  return fmt::format("persistence true\npersistence_location {}/\nautosave_on_changes true\nautosave_interval 1",
                     folder.path().string());
}

}  // namespace

TEST_CASE("messages arrive in order and numbered, in both versions of MQTT") {
  TestBroker broker;
  broker.start();
  auto settings = TestReader::settings(broker.url());
  settings.version = GENERATE(MqttVersion::any, MqttVersion::v3_1_1);
  settings.username = "somebody";
  TestReader reader(settings);
  REQUIRE(reader.wait_connected());
  CHECK(reader.states().front().version ==
        (settings.version == MqttVersion::any ? MqttVersion::v5 : MqttVersion::v3_1_1));
  CHECK(broker.log().find("u'somebody'") != std::string::npos);
  Publisher publisher(broker);
  publisher.publish_numbers(0, 499);
  REQUIRE(reader.wait_count(500));  // QoS 0 may overtake QoS 1
  publisher.publish("zero", "", 0);
  REQUIRE(reader.wait_count(501));
  publisher.publish("big", std::string(200'000, 'x'));
  REQUIRE(reader.wait_count(502));
  const auto all = reader.messages();
  for (std::size_t i = 0; i < 500; ++i) {
    REQUIRE(all[i].payload == std::to_string(i));
    REQUIRE(all[i].topic == "n");
    REQUIRE(all[i].info.number == i + 1);
    REQUIRE(all[i].info.qos == 1);
  }
  CHECK(all[500].topic == "zero");
  CHECK(all[500].info.qos == 0);
  CHECK(all[501].payload == std::string(200'000, 'x'));
  CHECK(reader.eventually([&] { return occurrences(broker.log(), kPuback) == 501; }));
  CHECK(reader->stats().received == 502);
}

TEST_CASE("QoS 1 is acknowledged when it is told to and not before; the rest comes again to the next reader") {
  TestBroker broker;
  broker.start();
  auto settings = TestReader::settings(broker.url());
  settings.version = GENERATE(MqttVersion::v5, MqttVersion::v3_1_1);
  Publisher publisher(broker);
  {
    TestReader reader(settings, false);
    REQUIRE(reader.wait_connected());
    CHECK_FALSE(reader.states().front().session_present);
    publisher.publish_numbers(1, 5);
    REQUIRE(reader.wait_count(5));
    CHECK(occurrences(broker.log(), kPuback) == 0);
    CHECK(reader.eventually([&] { return reader->stats().unacknowledged == 5; }));
    reader->acknowledge(3);
    CHECK(reader.eventually([&] { return occurrences(broker.log(), kPuback) == 3; }));
    CHECK(reader.eventually([&] { return reader->stats().unacknowledged == 2; }));
  }
  publisher.publish("n", "6");
  TestReader reader(settings);
  REQUIRE(reader.wait_connected());
  REQUIRE(reader.wait_count(3));
  CHECK(reader.payloads() == numbers(4, 6));
  CHECK(reader.messages()[0].info.duplicate);
  CHECK_FALSE(reader.messages()[2].info.duplicate);
  CHECK(reader.states().front().session_present);
}

TEST_CASE("what was acknowledged just before the end goes out with it") {
  TestBroker broker;
  broker.start();
  Publisher publisher(broker);
  TestReader reader(TestReader::settings(broker.url()), false);
  REQUIRE(reader.wait_connected());
  publisher.publish_numbers(1, 100);
  REQUIRE(reader.wait_count(100));
  reader->acknowledge(100);
  reader->stop();
  CHECK(reader.eventually([&] { return occurrences(broker.log(), kPuback) == 100; }));
  CHECK(reader.eventually([&] { return broker.log().find("Received DISCONNECT from one") != std::string::npos; }));
}

TEST_CASE("who is taken over comes back and gets again what nobody acknowledged") {
  TestBroker broker;
  broker.start();
  Publisher publisher(broker);
  TestReader first(TestReader::settings(broker.url()), false);
  REQUIRE(first.wait_connected());
  publisher.publish_numbers(1, 3);
  REQUIRE(first.wait_count(3));
  {
    TestReader second(TestReader::settings(broker.url()), false);
    REQUIRE(second.wait_count(3));
  }
  REQUIRE(first.wait_connected(2));
  REQUIRE(first.eventually([&] { return first.count() >= 6 && first.payloads().back() == "3"; }));
  CHECK(first.messages().back().info.duplicate);
  CHECK(first.messages().back().info.packet_id == first.messages()[2].info.packet_id);
  CHECK_THAT(first.states()[1].sentence, Catch::Contains("lost: "));
  // Those of the first connection: that they are done says nothing about what came again.
  first->acknowledge(3);
  publisher.publish("n", "4");
  REQUIRE(first.eventually([&] { return first.payloads().back() == "4"; }));
  CHECK(occurrences(broker.log(), kPuback) == 0);
}

TEST_CASE("a broker that is killed and comes back sends again what was not acknowledged, and what comes then arrives") {
  TestFolder folder;
  TestBroker broker(persistent(folder));
  broker.start();
  TestReader reader(TestReader::settings(broker.url()), false);
  REQUIRE(reader.wait_connected());
  {
    Publisher publisher(broker);
    publisher.publish_numbers(1, 50);
    REQUIRE(reader.wait_count(50));
    reader->acknowledge(20);
    REQUIRE(reader.eventually([&] { return occurrences(broker.log(), kPuback) == 20; }));
  }
  broker.kill();
  REQUIRE(reader.eventually([&] { return !reader->stats().connected && reader.states().size() >= 2; }));
  CHECK_THAT(reader.states()[1].sentence, Catch::Contains("lost"));
  broker.start();
  REQUIRE(reader.wait_connected(2));
  Publisher publisher(broker);
  publisher.publish_numbers(51, 60);
  REQUIRE(reader.eventually([&] { return reader.payloads().back() == "60"; }));
  const auto all = reader.payloads();
  const std::set<std::string> again(all.begin() + 50, all.end());
  for (const auto& each : numbers(21, 60)) CHECK(again.count(each) == 1);
  // One line for each edge, but for what changes in between.
  CHECK_THAT(reader.states().back().sentence, Catch::Contains("is back after"));
  CHECK(reader.states().back().session_present);
}

TEST_CASE("at most the limit is handed out unacknowledged; acknowledging lets the rest in") {
  TestBroker broker;
  broker.start();
  auto settings = TestReader::settings(broker.url());
  settings.version = GENERATE(MqttVersion::v5, MqttVersion::v3_1_1);
  settings.unacknowledged_limit = 10;
  TestReader reader(settings, false);
  REQUIRE(reader.wait_connected());
  Publisher publisher(broker);
  publisher.publish_numbers(1, 100);
  publisher.wait_sent();
  REQUIRE(reader.wait_count(10));
  while (reader.count() < 100) {
    const std::size_t before = reader.count();
    REQUIRE(before % 10 == 0);
    reader->acknowledge(before);
    REQUIRE(reader.wait_count(before + 10));
  }
  CHECK(reader.payloads() == numbers(1, 100));
}

TEST_CASE("while paused nothing is handed out and the connection is kept; resumed, everything comes") {
  TestBroker broker;
  broker.start();
  auto settings = TestReader::settings(broker.url());
  settings.keep_alive = std::chrono::seconds(1);
  settings.ping_timeout = std::chrono::milliseconds(100);
  TestReader reader(settings);
  REQUIRE(reader.wait_connected());
  reader->pause();
  Publisher publisher(broker);
  publisher.publish_numbers(1, 10);
  publisher.wait_sent();
  const auto pings = [&] { return occurrences(broker.log(), "Received PINGREQ from one"); };
  REQUIRE(reader.eventually([&] { return pings() >= 2; }));
  CHECK(reader.count() == 0);
  reader->resume();
  REQUIRE(reader.wait_count(10));
  CHECK(reader.payloads() == numbers(1, 10));
  CHECK(reader->stats().connects == 1);
}

TEST_CASE(
    "a message over the limit does not stop those behind it: 3.1.1 hands it out as too long, MQTT 5 never sends it") {
  TestBroker broker;
  broker.start();
  auto settings = TestReader::settings(broker.url());
  settings.version = GENERATE(MqttVersion::v5, MqttVersion::v3_1_1);
  settings.maximum_packet = 1024;
  TestReader reader(settings);
  REQUIRE(reader.wait_connected());
  Publisher publisher(broker);
  publisher.publish("large", std::string(300'000, 'x'));
  publisher.publish("small", "1");
  REQUIRE(reader.eventually([&] { return reader.count() > 0 && reader.payloads().back() == "1"; }));
  const bool old = settings.version == MqttVersion::v3_1_1;
  CHECK(reader.count() == (old ? 2 : 1));
  CHECK(reader.messages()[0].info.too_long == old);
  CHECK(reader->stats().too_long == (old ? 1 : 0));
  CHECK(reader.eventually([&] { return occurrences(broker.log(), kPuback) == (old ? 2 : 1); }));
}
