// The reader against a real mosquitto that wants a client certificate: what works, and that each wrong file is named.
#include <fmt/format.h>

#include "catch.h"
#include "mqtt/reader/test_reader.h"
#include "mqtt/test_broker.h"
#include "mqtt/test_client.h"
#include "tls/authority.h"

using namespace m2ag::host;
using namespace m2ag::host::reader;

namespace {

constexpr std::chrono::hours kDay{24};

std::chrono::system_clock::time_point old() { return std::chrono::system_clock::now() - 400 * kDay; }

struct Files {
  Files() : path(folder.path()) {
    make_authority(path, {.name = "test authority", .host_names = {"localhost"}, .allow_domains = {}}, old());
    authority.emplace(path);
    authority->issue_server({.name = "broker", .dns = {"localhost"}, .ip = {}});
    authority->issue_client("one");
  }
  TestFolder folder;
  std::filesystem::path path;
  std::optional<Authority> authority;
};

// Made once: keys take their time under the sanitizers.
const Files& own_files() {
  static const Files files;
  return files;
}
const Files& foreign_files() {
  static const Files files;
  return files;
}

std::string listener(const Files& files) {
  const auto file = [&](const char* name) { return (files.path / name).string(); };
  return fmt::format("cafile {}\ncertfile {}\nkeyfile {}\nrequire_certificate true\nuse_identity_as_username true",
                     file("ca.crt"), file("broker.crt"), file("broker.key"));
}

template <class Any>
Any with_files(Any settings, const Files& files) {
  settings.ca = files.path / "ca.crt";
  settings.cert = files.path / "one.crt";
  settings.key = files.path / "one.key";
  return settings;
}

}  // namespace

TEST_CASE("over TLS with a client certificate messages arrive, large and many, also after the broker was killed") {
  const Files& files = own_files();
  TestBroker broker(listener(files), true);
  broker.start();
  TestReader reader(with_files(TestReader::settings(broker.url()), files));
  REQUIRE(reader.wait_connected());
  CHECK(broker.log().find("u'one'") != std::string::npos);
  TestClient publisher(with_files(TestClient::settings(broker.url(), "publisher"), files));
  REQUIRE(publisher.wait_connected());
  PublishRequest request;
  request.topic = "a";
  for (int i = 0; i < 500; ++i) {
    request.payload = std::to_string(i);
    publisher->publish(request);
  }
  request.payload = std::string(300'000, 'x');  // many TLS records
  publisher->publish(request);
  REQUIRE(reader.wait_count(501));
  CHECK(reader.payloads()[499] == "499");
  CHECK(reader.payloads()[500] == request.payload);

  broker.kill();
  REQUIRE(reader.eventually([&] { return !reader->stats().connected; }));
  broker.start();
  REQUIRE(reader.wait_connected(2));
  request.payload = "after";
  publisher->publish(request);
  REQUIRE(reader.wait_count(502));
}

TEST_CASE("each wrong certificate is refused and named by the reader") {
  const Files& files = own_files();
  const Files& foreign = foreign_files();
  TestBroker broker(listener(files), true);
  broker.start();
  auto settings = with_files(TestReader::settings(broker.url()), files);
  const auto refusal = [&] {
    TestReader reader(settings);
    const std::string sentence = reader.sentence();
    CHECK(reader->stats().connects == 0);
    return sentence;
  };

  SECTION("the broker's is of another authority") {
    settings.ca = foreign.path / "ca.crt";
    CHECK_THAT(refusal(), Catch::Contains("authority"));
  }
  SECTION("the broker's does not carry the name we use, unless that does not matter") {
    settings.url = fmt::format("mqtts://127.0.0.1:{}", broker.port());
    CHECK_THAT(refusal(), Catch::Contains("127.0.0.1") && Catch::Contains("localhost"));
    settings.verify_host = false;
    TestReader reader(settings);
    CHECK(reader.wait_connected());
  }
  SECTION("we have none") {
    settings.cert.clear();
    settings.key.clear();
    CHECK_THAT(refusal(), Catch::Contains("certificate"));
  }
  SECTION("ours is of another authority") {
    settings.cert = foreign.path / "one.crt";
    settings.key = foreign.path / "one.key";
    CHECK_THAT(refusal(), Catch::Contains("authority"));
  }
  SECTION("ours has expired") {
    files.authority->issue_client("late", 30, old());
    settings.cert = files.path / "late.crt";
    settings.key = files.path / "late.key";
    CHECK_THAT(refusal(), Catch::Contains("expired"));
  }
  SECTION("a file is missing") {
    settings.ca = files.path / "nothing.crt";
    CHECK_THAT(refusal(), Catch::Contains("nothing.crt"));
  }
  SECTION("no TLS is spoken there") {
    TestBroker plain;
    plain.start();
    settings.url = fmt::format("mqtts://localhost:{}", plain.port());
    CHECK_THAT(refusal(), Catch::Contains("TLS"));
  }
}

TEST_CASE(
    "a broker whose certificate has expired is refused by the reader; once renewed, the connection comes by itself") {
  const Files files;
  files.authority->issue_server({.name = "broker", .dns = {"localhost"}, .ip = {}, .days = 30}, old());
  TestBroker broker(listener(files), true);
  broker.start();
  TestReader reader(with_files(TestReader::settings(broker.url()), files));
  CHECK_THAT(reader.sentence(), Catch::Contains("expired"));
  broker.kill();
  files.authority->issue_server({.name = "broker", .dns = {"localhost"}, .ip = {}});
  broker.start();
  CHECK(reader.wait_connected());
}
