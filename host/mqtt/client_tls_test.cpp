// The client against a real mosquitto that wants a client certificate: what works, and that each wrong file is named.
#include <fmt/format.h>

#include "catch.h"
#include "mqtt/test_broker.h"
#include "mqtt/test_client.h"
#include "tls/authority.h"

using namespace m2ag::host;

namespace {

constexpr std::chrono::hours kDay{24};

std::chrono::system_clock::time_point old() { return std::chrono::system_clock::now() - 400 * kDay; }

struct Files {
  explicit Files(const std::filesystem::path& folder) : path(folder) {
    make_authority(folder, {.name = "test authority", .host_names = {"localhost"}, .allow_domains = {}}, old());
    authority.emplace(folder);
    authority->issue_server({.name = "broker", .dns = {"localhost"}, .ip = {}});
    authority->issue_client("one");
  }
  std::filesystem::path path;
  std::optional<Authority> authority;
};

std::string listener(const Files& files) {
  const auto file = [&](const char* name) { return (files.path / name).string(); };
  return fmt::format("cafile {}\ncertfile {}\nkeyfile {}\nrequire_certificate true\nuse_identity_as_username true",
                     file("ca.crt"), file("broker.crt"), file("broker.key"));
}

MqttSettings secure(const TestBroker& broker, const Files& files) {
  auto settings = TestClient::settings(broker.url(), "one");
  settings.ca = files.path / "ca.crt";
  settings.cert = files.path / "one.crt";
  settings.key = files.path / "one.key";
  return settings;
}

// The first line of the log: why there is no connection.
std::string refusal(const MqttSettings& settings) {
  TestClient client(settings);
  if (!client.eventually([&] { return !client.log_lines().empty(); })) return "no line in the log";
  return client.log_lines().front();
}

}  // namespace

TEST_CASE("over TLS with a client certificate messages go out and come in, also after the broker was killed") {
  TestFolder folder;
  const Files files(folder.path());
  TestBroker broker(listener(files), true);
  broker.start();
  auto settings = secure(broker, files);
  settings.version = GENERATE(MqttVersion::any, MqttVersion::v3_1_1);
  TestClient client(settings);
  Subscription all;
  all.filter = "#";
  client->subscribe({all});
  REQUIRE(client.wait_connected());
  PublishRequest request;
  request.topic = "a";
  request.payload = std::string(100'000, 'x');  // many TLS records
  client->publish(request);
  REQUIRE(client.eventually([&] { return client.message_count() == 1 && client->stats().in_flight == 0; }));
  CHECK(client.messages().front().info.payload_size == 100'000);
  CHECK(broker.log().find("u'one'") != std::string::npos);

  broker.kill();
  REQUIRE(client.eventually([&] { return !client->stats().connected; }));
  broker.start();
  client->publish(request);
  REQUIRE(client.eventually([&] { return client.message_count() == 2; }));
}

TEST_CASE("each wrong certificate is refused and named") {
  TestFolder folder;
  const Files files(folder.path());
  TestFolder foreign_folder;
  const Files foreign(foreign_folder.path());
  TestBroker broker(listener(files), true);
  broker.start();
  auto settings = secure(broker, files);

  SECTION("the broker's is of another authority") {
    settings.ca = foreign.path / "ca.crt";
    settings.cert.clear();
    settings.key.clear();
    CHECK_THAT(refusal(settings), Catch::Contains("authority"));
  }
  SECTION("the broker's does not carry the name we use") {
    settings.url = fmt::format("mqtts://127.0.0.1:{}", broker.port());
    CHECK_THAT(refusal(settings), Catch::Contains("127.0.0.1") && Catch::Contains("localhost"));
  }
  SECTION("we have none") {
    settings.cert.clear();
    settings.key.clear();
    CHECK_THAT(refusal(settings), Catch::Contains("certificate"));
  }
  SECTION("ours is of another authority") {
    settings.cert = foreign.path / "one.crt";
    settings.key = foreign.path / "one.key";
    CHECK_THAT(refusal(settings), Catch::Contains("authority"));
  }
  SECTION("ours has expired") {
    files.authority->issue_client("one", 30, old());
    CHECK_THAT(refusal(settings), Catch::Contains("expired"));
  }
  SECTION("a file is missing") {
    settings.ca = folder.path() / "nothing.crt";
    CHECK_THAT(refusal(settings), Catch::Contains("nothing.crt"));
  }
  SECTION("no TLS is spoken there") {
    TestBroker plain;
    plain.start();
    settings.url = fmt::format("mqtts://localhost:{}", plain.port());
    CHECK_THAT(refusal(settings), Catch::Contains("TLS"));
  }
}

TEST_CASE(
    "a broker whose certificate has expired is refused and that is said; once renewed, the connection comes by itself") {
  TestFolder folder;
  const Files files(folder.path());
  files.authority->issue_server({.name = "broker", .dns = {"localhost"}, .ip = {}, .days = 30}, old());
  TestBroker broker(listener(files), true);
  broker.start();
  TestClient client(secure(broker, files));
  REQUIRE(client.eventually([&] { return !client.log_lines().empty(); }));
  CHECK_THAT(client.log_lines().front(), Catch::Contains("expired"));
  CHECK(client->stats().connects == 0);

  broker.kill();
  files.authority->issue_server({.name = "broker", .dns = {"localhost"}, .ip = {}});
  broker.start();
  CHECK(client.wait_connected());
}
