// The client against a real mosquitto: what the broker, or the client itself, refuses, and that nothing else suffers from it.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "catch.h"
#include "mqtt/client.h"
#include "mqtt/test_broker.h"
#include "mqtt/test_client.h"

using namespace m2ag::host;

namespace {

PublishRequest message(std::string topic, std::string payload) {
  PublishRequest request;
  request.topic = std::move(topic);
  request.payload = std::move(payload);
  return request;
}

Subscription filter(std::string text) {
  Subscription subscription;
  subscription.filter = std::move(text);
  return subscription;
}

std::string dynamic_security_plugin() {
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib")) {
    const auto file = entry.path() / "mosquitto_dynamic_security.so";
    std::error_code none;
    if (std::filesystem::exists(file, none)) return file;
  }
  return "";
}

}  // namespace

TEST_CASE("a message that the broker does not allow is reported once, by name") {
  TestFolder folder;
  std::ofstream(folder.path() / "acl") << "topic readwrite allowed/#\n";
  TestBroker broker(fmt::format("acl_file {}", (folder.path() / "acl").string()));
  broker.start();
  TestClient client(TestClient::settings(broker.url(), "one"));
  client->subscribe({filter("allowed/#")});
  REQUIRE(client.wait_connected());
  client->publish(message("forbidden/a", "x"));
  client->publish(message("forbidden/b", "x"));
  client->publish(message("allowed/a", "x"));
  REQUIRE(client.eventually([&] { return client.message_count() == 1 && client->stats().refused == 2; }));
  CHECK(client.eventually([&] { return client.logged("refuses our message on forbidden/a: Not authorized"); }));
  CHECK_FALSE(client.logged("forbidden/b"));
  CHECK(client.eventually([&] { return client->stats().in_flight == 0; }));
  CHECK(client->stats().connects == 1);
}

TEST_CASE("a subscription that the broker does not allow is reported once, by name; the others work") {
  // mosquitto answers each subscription with success whatever its acl_file says; its dynamic security plugin does not.
  const std::string plugin = dynamic_security_plugin();
  if (plugin.empty()) {
    WARN("skipped: mosquitto's dynamic security plugin is not installed");
    return;
  }
  TestFolder folder;
  std::ofstream(folder.path() / "security.json")
      << R"({"defaultACLAccess": {"publishClientSend": true, "publishClientReceive": true, "subscribe": false,
    "unsubscribe": true}, "clients": [], "groups": [{"groupname": "all", "roles": [{"rolename": "r"}]}], "anonymousGroup": "all",
    "roles": [{"rolename": "r", "acls": [{"acltype": "subscribePattern", "topic": "allowed/#", "allow": true}]}]})";
  TestBroker broker(
      fmt::format("plugin {}\nplugin_opt_config_file {}", plugin, (folder.path() / "security.json").string()));
  broker.start();
  auto settings = TestClient::settings(broker.url(), "one");
  settings.version = GENERATE(MqttVersion::v5, MqttVersion::v3_1_1);
  TestClient client(settings);
  client->subscribe({filter("allowed/#"), filter("forbidden/#")});
  REQUIRE(client.eventually([&] { return client.refused_filters().size() == 1; }));
  client->subscribe({filter("also/forbidden")});
  REQUIRE(client.eventually([&] { return client.refused_filters().size() == 2; }));
  CHECK(client.refused_filters() == std::vector<std::string>{"forbidden/#", "also/forbidden"});
  CHECK(client.logged(settings.version == MqttVersion::v5 ? "refuses our subscription forbidden/#: not authorised"
                                                          : "refuses our subscription forbidden/#: refused"));
  client->publish(message("allowed/a", "x"));
  REQUIRE(client.eventually([&] { return client.message_count() == 1; }));

  broker.kill();
  broker.start();
  REQUIRE(client.wait_connected(2));
  client->publish(message("allowed/a", "x"));
  REQUIRE(client.eventually([&] { return client.message_count() >= 2; }));
  CHECK(client.refused_filters().size() == 2);
}

TEST_CASE("a topic that is none is refused here and holds nothing up") {
  TestBroker broker;
  broker.start();
  auto settings = TestClient::settings(broker.url(), "one");
  settings.outbound_window = 1;
  TestClient client(settings);
  client->subscribe({filter("a")});
  REQUIRE(client.wait_connected());
  auto answer = message("a", "x");
  answer.response_topic = "b/#";
  client->publish(answer);
  for (const char* topic : {"\xff", "", "a/#", "+", "+/a"}) client->publish(message(topic, "x"));
  client->publish(message(std::string("a\0b", 3), "x"));
  client->publish(message(std::string(70'000, 't'), "x"));
  client->publish(message("a", "x"));
  REQUIRE(client.eventually([&] { return client.message_count() == 1; }));
  CHECK(client->stats().refused == 8);
  CHECK(client->stats().connects == 1);
}

TEST_CASE("a message over the broker's packet limit is refused here, its neighbours go on") {
  TestBroker broker("max_packet_size 2000");
  broker.start();
  TestClient client(TestClient::settings(broker.url(), "one"));
  client->subscribe({filter("a")});
  REQUIRE(client.wait_connected());
  client->publish(message("a", "1"));
  client->publish(message("a", std::string(5000, 'x')));
  client->publish(message("a", "2"));
  REQUIRE(client.eventually([&] { return client.message_count() == 2; }));
  CHECK(client->stats().refused == 1);
  CHECK(client->stats().last_error.find("the broker's limit of 2000") != std::string::npos);
  CHECK(client->stats().connects == 1);
}

TEST_CASE("a message for which the broker ends every connection is given up, its neighbours arrive") {
  TestBroker broker("retain_available false");
  broker.start();
  auto settings = TestClient::settings(broker.url(), "one");
  settings.backoff_most = settings.backoff_first;
  TestClient client(settings);
  client->subscribe({filter("a")});
  REQUIRE(client.wait_connected());
  auto poison = message("a/kept", "x");
  poison.retain = true;
  client->publish(message("a", "1"));
  REQUIRE(client.eventually([&] { return client->stats().sent == 1; }));
  client->publish(poison);
  client->publish(message("a", "2"));
  REQUIRE(client.eventually([&] { return !client.messages().empty() && client.messages().back().payload == "2"; }, 60));
  CHECK(client->stats().dropped == 1);
  CHECK(client->stats().connects == 11);
  CHECK(client.logged("gave up an MQTT message on a/kept"));
  CHECK(client.logged("lost: Retain not supported"));
}

TEST_CASE("a client without a URL or an id that is one is not made") {
  const SystemClock clock;
  Executor executor(clock);
  Log log;
  MqttSettings settings;
  settings.url = "http://localhost";
  settings.client_id = "one";
  CHECK_THROWS_AS(MqttClient(settings, {}, executor, log), std::invalid_argument);
  settings.url = "mqtt://localhost";
  settings.client_id.clear();
  CHECK_THROWS_AS(MqttClient(settings, {}, executor, log), std::invalid_argument);
}
