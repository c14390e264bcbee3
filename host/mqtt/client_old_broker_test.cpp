// The client against a real broker that speaks MQTT 3.1.1 alone (nats-server 2.9 with JetStream).
#include <fmt/format.h>
#include <unistd.h>

#include <fstream>

#include "catch.h"
#include "mqtt/test_broker.h"
#include "mqtt/test_client.h"

using namespace m2ag::host;

namespace {

std::string nats_server() {
  for (const char* place : {"/usr/sbin/nats-server", "/usr/bin/nats-server", "/usr/local/bin/nats-server"}) {
    if (access(place, X_OK) == 0) return place;
  }
  return "";
}

class OldBroker {
 public:
  OldBroker() : port_(free_port()) {
    const auto file = folder_.path() / "nats.conf";
    std::ofstream(file) << fmt::format(
        "server_name: old\nhost: 127.0.0.1\nport: {}\njetstream {{ store_dir: \"{}\" }}\nmqtt {{ host: 127.0.0.1, port: {} }}\n",
        free_port(), (folder_.path() / "store").string(), port_);
    const auto output = folder_.path() / "nats.log";
    process_ = std::make_unique<TestProcess>(std::vector<std::string>{nats_server(), "-c", file}, output);
    wait_for_port(port_, *process_, output);
  }
  std::string url() const { return fmt::format("mqtt://localhost:{}", port_); }

 private:
  TestFolder folder_;
  std::uint16_t port_;
  std::unique_ptr<TestProcess> process_;
};

}  // namespace

TEST_CASE("a broker that speaks MQTT 3.1.1 alone is found out and used") {
  if (nats_server().empty()) {
    WARN("skipped: nats-server is not installed (apt-get install nats-server)");
    return;
  }
  OldBroker broker;
  auto settings = TestClient::settings(broker.url(), "one");
  TestClient client(settings);
  Subscription subscription;
  subscription.filter = "a/b";
  subscription.retained = RetainHandling::never;
  subscription.no_local = true;  // 3.1.1 has no such thing: our own messages come back
  client->subscribe({subscription});
  REQUIRE(client.wait_connected());
  CHECK(client->stats().version == MqttVersion::v3_1_1);
  for (int i = 0; i < 200; ++i) {
    PublishRequest request;
    request.topic = "a/b";
    request.payload = std::to_string(i);
    client->publish(request);
  }
  REQUIRE(client.eventually([&] { return client.message_count() >= 200; }));
  CHECK(client.messages().front().payload == "0");
  CHECK(client.messages().back().payload == "199");
  // The fallback is no news: the version is in the line that says that there is a connection.
  CHECK(client.log_lines().front().find("connected to") == 0);
  CHECK(client.log_lines().front().find("(MQTT 3.1.1)") != std::string::npos);
}

TEST_CASE("who asks for MQTT 5 alone is told that this broker does not speak it") {
  if (nats_server().empty()) {
    WARN("skipped: nats-server is not installed (apt-get install nats-server)");
    return;
  }
  OldBroker broker;
  auto settings = TestClient::settings(broker.url(), "one");
  settings.version = MqttVersion::v5;
  TestClient client(settings);
  REQUIRE(client.eventually([&] { return !client.log_lines().empty(); }));
  CHECK(client.log_lines().front().find("the broker does not speak this MQTT version") != std::string::npos);
  CHECK(client->stats().connects == 0);
}
