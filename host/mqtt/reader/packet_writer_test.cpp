#include "mqtt/reader/packet_writer.h"

#include "catch.h"
#include "mqtt/reader/test_packets.h"

using namespace m2ag::host;
using namespace m2ag::host::reader;

namespace {

constexpr auto v5 = MqttVersion::v5;
constexpr auto v3 = MqttVersion::v3_1_1;

Subscription filter(std::string text) {
  Subscription subscription;
  subscription.filter = std::move(text);
  return subscription;
}

Settings plain() {
  Settings settings;
  settings.url = "mqtt://localhost";
  settings.client_id = "id";
  settings.filters = {filter("a/#")};
  return settings;
}

std::string connect(const Settings& settings, MqttVersion version) {
  std::string out;
  write_connect(out, settings, version);
  return out;
}

}  // namespace

TEST_CASE("CONNECT of MQTT 5 asks for a session, a receive maximum and a largest packet") {
  auto settings = plain();
  settings.session_expiry = std::chrono::seconds(0x01020304);
  settings.receive_maximum = 0x0506;
  settings.maximum_packet = 0x00100000;
  CHECK(connect(settings, v5) ==
        packet(0x10, bytes({0, 4}) + "MQTT" + bytes({5, 0, 0, 30}) +
                         bytes({13, 0x11, 1, 2, 3, 4, 0x21, 5, 6, 0x27, 0, 0x10, 0, 0}) + bytes({0, 2}) + "id"));
  settings.session_expiry = std::chrono::hours(24 * 365 * 200);
  CHECK(connect(settings, v5).find(bytes({0x11, 255, 255, 255, 255})) != std::string::npos);
  settings.session_expiry = {};
  CHECK(connect(settings, v5)[9] == 2);  // clean start
}

TEST_CASE("CONNECT of 3.1.1 has no properties") {
  CHECK(connect(plain(), v3) == packet(0x10, bytes({0, 4}) + "MQTT" + bytes({4, 0, 0, 30, 0, 2}) + "id"));
}

TEST_CASE("CONNECT carries last will, user name and password") {
  auto settings = plain();
  settings.will = MqttWill{.topic = "w", .payload = "gone", .qos = 1, .retain = true};
  settings.username = "me";
  settings.password = "secret";
  const std::string tail = bytes({0, 2}) + "me" + bytes({0, 6}) + "secret";
  const std::string will = bytes({0, 1}) + "w" + bytes({0, 4}) + "gone";
  CHECK(connect(settings, v3) ==
        packet(0x10, bytes({0, 4}) + "MQTT" + bytes({4, 0xEC, 0, 30, 0, 2}) + "id" + will + tail));
  CHECK(connect(settings, v5).ends_with("id" + bytes({0}) + will + tail));
  settings.will.reset();
  settings.username.clear();  // 3.1.1 has no password without a user name
  CHECK(connect(settings, v3)[9] == bytes({0xC0})[0]);
}

TEST_CASE("SUBSCRIBE carries the options of each filter, in 3.1.1 the QoS alone") {
  std::vector<Subscription> filters{filter("a/#"), filter("b")};
  filters[0].retained = RetainHandling::send_if_new;
  filters[0].retain_as_published = true;
  filters[1].qos = 0;
  filters[1].no_local = true;
  filters[1].retained = RetainHandling::never;
  std::string out;
  write_subscribe(out, 258, filters, v5);
  CHECK(out == packet(0x82, bytes({1, 2, 0, 0, 3}) + "a/#" + bytes({0x19, 0, 1}) + "b" + bytes({0x24})));
  out.clear();
  write_subscribe(out, 258, filters, v3);
  CHECK(out == packet(0x82, bytes({1, 2, 0, 3}) + "a/#" + bytes({1, 0, 1}) + "b" + bytes({0})));
}

TEST_CASE("a subscription's identifier is a property of MQTT 5") {
  std::vector<Subscription> filters(1);
  filters[0].filter = "b";
  filters[0].qos = 1;
  std::string out;
  write_subscribe(out, 258, filters, MqttVersion::v5, 300);
  CHECK(out == packet(0x82, bytes({1, 2, 3, 0x0B, 0xAC, 2, 0, 1}) + "b" + bytes({1})));
  CHECK(subscription_id("a/#") != subscription_id("b/#"));
  CHECK(subscription_id("") > 0);
}

TEST_CASE("UNSUBSCRIBE has properties in MQTT 5 alone") {
  const std::vector<std::string> filters{"a/#"};
  std::string out;
  write_unsubscribe(out, 258, filters, MqttVersion::v5);
  CHECK(out == packet(0xA2, bytes({1, 2, 0, 0, 3}) + "a/#"));
  out.clear();
  write_unsubscribe(out, 258, filters, MqttVersion::v3_1_1);
  CHECK(out == packet(0xA2, bytes({1, 2, 0, 3}) + "a/#"));
}

TEST_CASE("the small packets, one behind the other") {
  std::string out;
  write_puback(out, 0x0102);
  write_pingreq(out);
  write_disconnect(out);
  CHECK(out == bytes({0x40, 2, 1, 2, 0xC0, 0, 0xE0, 0}));
}

TEST_CASE("lengths take one to four bytes") {
  const auto length = [](std::size_t number) {
    std::string out;
    put_variable(out, number);
    Cursor cursor(out);
    CHECK(cursor.variable() == number);
    CHECK(cursor.empty());
    return out.size();
  };
  CHECK(length(0) == 1);
  CHECK(length(127) == 1);
  CHECK(length(128) == 2);
  CHECK(length(16'383) == 2);
  CHECK(length(16'384) == 3);
  CHECK(length(2'097'152) == 4);
  CHECK(length(268'435'455) == 4);
}

TEST_CASE("settings no connection can be made of are refused by name") {
  const auto refused = [](auto change, const char* sentence) {
    auto settings = plain();
    change(settings);
    CHECK_THROWS_WITH(check(settings), Catch::Contains(sentence));
  };
  CHECK_NOTHROW(check(plain()));
  refused([](auto& s) { s.url = "http://x"; }, "http");
  refused([](auto& s) { s.client_id.clear(); }, "client id is empty");
  refused([](auto& s) { s.client_id.assign(70'000, 'x'); }, "70000 bytes");
  refused([](auto& s) { s.filters.clear(); }, "no topic filter");
  refused([](auto& s) { s.filters[0].filter = "a/#/b"; }, "\"a/#/b\" is no topic filter");
  refused([](auto& s) { s.filters[0].qos = 2; }, "QoS is 2, expected 0 or 1");
  refused([](auto& s) { s.dropped = {"a#"}; }, "\"a#\" is no topic filter");
  refused([](auto& s) { s.will = MqttWill{.topic = "a/+", .payload = ""}; }, "last will");
  refused([](auto& s) { s.receive_maximum = 0; }, "receive maximum");
  refused([](auto& s) { s.maximum_packet = 10; }, "1024");
}
