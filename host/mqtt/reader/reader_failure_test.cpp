// The reader and brokers that are absent, hang, refuse, speak an old version or do not answer.
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "catch.h"
#include "mqtt/reader/test_packets.h"
#include "mqtt/reader/test_reader.h"
#include "mqtt/test_broker.h"
#include "tls/testing.h"

using namespace m2ag::host;
using namespace m2ag::host::reader;
using namespace std::chrono_literals;

namespace {

// A broker that answers each CONNECT with these bytes, and then only listens until the other side goes.
std::function<void(int)> answer_with(std::string bytes) {
  return [bytes = std::move(bytes)](int socket) {
    char buffer[1024];
    if (recv(socket, buffer, sizeof buffer, 0) <= 0) return;
    send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    while (recv(socket, buffer, sizeof buffer, 0) > 0) {
    }
  };
}

std::string url_of(std::uint16_t port, const char* host = "127.0.0.1") {
  return fmt::format("mqtt://{}:{}", host, port);
}

std::string nats_server() {
  for (const char* place : {"/usr/sbin/nats-server", "/usr/bin/nats-server", "/usr/local/bin/nats-server"}) {
    if (access(place, X_OK) == 0) return place;
  }
  return "";
}

std::string dynamic_security_plugin() {
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib")) {
    const auto file = entry.path() / "mosquitto_dynamic_security.so";
    std::error_code none;
    if (std::filesystem::exists(file, none)) return file;
  }
  return "";
}

template <class Action>
std::chrono::steady_clock::duration time_of(Action&& action) {
  const auto begin = std::chrono::steady_clock::now();
  action();
  return std::chrono::steady_clock::now() - begin;
}

}  // namespace

TEST_CASE("a broker that comes later is found; why there was none is said once") {
  TestBroker broker;
  TestReader reader(TestReader::settings(broker.url()));
  CHECK_THAT(reader.sentence(), Catch::Contains("no MQTT connection to " + broker.url()) && Catch::Contains("refused"));
  CHECK_THAT(reader->stats().last_error, Catch::Contains(std::to_string(broker.port())));
  broker.start();
  REQUIRE(reader.wait_connected());
  CHECK(reader.states().size() == 2);
  CHECK(reader->stats().last_error.empty());
}

TEST_CASE("a broker that hangs is noticed by the ping's own timeout") {
  TestBroker broker;
  broker.start();
  auto settings = TestReader::settings(broker.url());
  settings.keep_alive = 1s;
  settings.ping_timeout = 200ms;
  settings.connect_timeout = 500ms;
  TestReader reader(settings);
  REQUIRE(reader.wait_connected());
  broker.pause();
  REQUIRE(reader.eventually([&] { return reader.states().size() >= 3; }));
  CHECK_THAT(reader.states()[1].sentence, Catch::Contains("did not answer a PINGREQ within 0.2 s"));
  CHECK_THAT(reader.states()[2].sentence, Catch::Contains("did not answer CONNECT within 0.5 s"));
  CHECK(time_of([&] { reader->stop(); }) < 2s);
  broker.resume();
}

TEST_CASE("a broker that does not answer SUBSCRIBE is left and tried again") {
  testing::Server server(answer_with(connack_packet()));
  auto settings = TestReader::settings(url_of(server.port()));
  settings.subscribe_timeout = 100ms;
  TestReader reader(settings);
  CHECK_THAT(reader.sentence(), Catch::Contains("did not answer SUBSCRIBE within 0.1 s"));
  CHECK_FALSE(reader.states().front().connected);
  reader->stop();
}

TEST_CASE("a broker that breaks the rules is left with a sentence") {
  testing::Server server(
      answer_with(connack_packet() + suback_packet(1, {1}) + publish_packet("a", "x", 1, bytes({3, 0x23, 0, 1}))));
  TestReader reader(TestReader::settings(url_of(server.port())));
  REQUIRE(reader.eventually([&] { return reader.states().size() >= 2; }));
  CHECK_THAT(reader.states()[1].sentence, Catch::Contains("breaks the rules of MQTT: a message with a topic alias"));
  reader->stop();
}

TEST_CASE("over IPv6 the same") {
  try {
    testing::Server server(answer_with(connack_packet() + suback_packet(1, {1}) + publish_packet("a", "six")), "::1");
    TestReader reader(TestReader::settings(url_of(server.port(), "[::1]")));
    REQUIRE(reader.wait_count(1));
    CHECK(reader.payloads().front() == "six");
    reader->stop();
  } catch (const std::runtime_error& error) {
    WARN("skipped: " << error.what());
  }
}

TEST_CASE("filters that the broker does not allow are told by name; the others are read") {
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
  auto settings = TestReader::settings(broker.url());
  settings.filters[0].filter = "forbidden/#";
  settings.filters.emplace_back();
  settings.filters[1].filter = "allowed/#";
  settings.version = GENERATE(MqttVersion::v5, MqttVersion::v3_1_1);
  TestReader reader(settings);
  REQUIRE(reader.wait_connected());
  REQUIRE(reader.refused().size() == 1);
  CHECK_THAT(reader.refused()[0], Catch::StartsWith("forbidden/#: "));
}

TEST_CASE("a wrong password is named") {
  TestFolder folder;
  std::ofstream(folder.path() / "passwords") << "";
  TestBroker broker(fmt::format("allow_anonymous false\npassword_file {}", (folder.path() / "passwords").string()));
  broker.start();
  auto settings = TestReader::settings(broker.url());
  settings.username = "nobody";
  settings.password = "wrong";
  TestReader reader(settings);
  CHECK_THAT(reader.sentence(), Catch::Contains("authoris"));
}

TEST_CASE("a broker that speaks MQTT 3.1.1 alone is found out and used") {
  if (nats_server().empty()) {
    WARN("skipped: nats-server is not installed (apt-get install nats-server)");
    return;
  }
  TestFolder folder;
  const std::uint16_t port = free_port();
  std::ofstream(folder.path() / "nats.conf") << fmt::format(
      "server_name: old\nhost: 127.0.0.1\nport: {}\njetstream {{ store_dir: \"{}\" }}\nmqtt {{ host: 127.0.0.1, port: {} }}\n",
      free_port(), (folder.path() / "store").string(), port);
  const auto output = folder.path() / "nats.log";
  TestProcess process({nats_server(), "-c", folder.path() / "nats.conf"}, output);
  wait_for_port(port, process, output);
  auto settings = TestReader::settings(url_of(port));
  settings.filters[0].filter = "a/b";
  SECTION("when any version will do") {
    TestReader reader(settings);
    REQUIRE(reader.wait_connected());
    CHECK(reader.states().front().version == MqttVersion::v3_1_1);
    CHECK_THAT(reader.sentence(), Catch::StartsWith("connected to") && Catch::Contains("(MQTT 3.1.1)"));
  }
  SECTION("who asks for MQTT 5 alone is told") {
    settings.version = MqttVersion::v5;
    TestReader reader(settings);
    CHECK_THAT(reader.sentence(), Catch::Contains("does not speak this MQTT version"));
    CHECK(reader->stats().connects == 0);
  }
}

TEST_CASE("stop returns at once: without a broker, before its answer, and while it is being waited for again") {
  TestBroker broker;
  auto settings = TestReader::settings(broker.url());
  settings.backoff_first = 60s;
  SECTION("between two attempts") {
    TestReader reader(settings);
    reader.sentence();
    CHECK(time_of([&] { reader->stop(); }) < 1s);
  }
  SECTION("before the CONNACK") {
    testing::Server server(answer_with(""));
    settings.url = url_of(server.port());
    TestReader reader(settings);
    CHECK(time_of([&] { reader->stop(); }) < 1s);
  }
  SECTION("twice, and without a start") {
    Reader idle(settings, {.on_batch = [](Batch) {}, .on_state = {}, .on_refused = {}});
    idle.stop();
    idle.stop();
  }
}

TEST_CASE("a reader without a handler for batches is refused") {
  CHECK_THROWS_AS(Reader(TestReader::settings("mqtt://localhost"), Handlers{}), std::invalid_argument);
}
