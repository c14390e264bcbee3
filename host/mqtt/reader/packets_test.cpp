#include "mqtt/reader/packets.h"

#include "catch.h"
#include "mqtt/reader/test_packets.h"

using namespace m2ag::host;
using namespace m2ag::host::reader;

namespace {

constexpr auto v5 = MqttVersion::v5;
constexpr auto v3 = MqttVersion::v3_1_1;

Packet of(PacketType type, std::string_view body, int flags = 0) {
  return {.type = type, .flags = static_cast<std::uint8_t>(flags), .body = body, .size = body.size() + 2, .cut = false};
}

Publish publish(std::string_view body, int flags = 2, MqttVersion version = v5) {
  return parse_publish(of(PacketType::publish, body, flags), version);
}

}  // namespace

TEST_CASE("a message is topic, identifier and payload behind the properties") {
  const std::string body = bytes({0, 3}) + "a/b" + bytes({1, 2, 0}) + "21.5";
  const Publish found = publish(body, 0x0B);
  CHECK(found.topic == "a/b");
  CHECK(found.payload == "21.5");
  CHECK(found.packet_id == 258);
  CHECK(found.qos == 1);
  CHECK(found.retain);
  CHECK(found.duplicate);
  const Publish old = publish(body, 2, v3);
  CHECK(old.payload == bytes({0}) + "21.5");  // 3.1.1 has no properties
  CHECK_FALSE(old.retain);
  const Publish at_most_once = publish(bytes({0, 1}) + "a" + bytes({0}), 0);
  CHECK(at_most_once.packet_id == 0);
  CHECK(at_most_once.payload.empty());
}

TEST_CASE("the properties of a message are passed over, whatever their form") {
  const std::string list = bytes({0x01, 1}) + bytes({0x02, 0, 0, 0, 9}) + bytes({0x03, 0, 1, 'j'}) +
                           bytes({0x08, 0, 1, 'r'}) + bytes({0x09, 0, 2, 0, 255}) + bytes({0x0B, 0x80, 1}) +
                           bytes({0x26, 0, 1, 'k', 0, 1, 'v'});
  const std::string body = bytes({0, 1}) + "a" + bytes({0, 5, static_cast<int>(list.size())}) + list + "value";
  CHECK(publish(body).payload == "value");
  // Cut at any byte inside of them it is no message.
  for (std::size_t size = 0; size + 5 < body.size(); ++size)
    CHECK_THROWS_AS(publish(body.substr(0, size)), ProtocolError);
}

TEST_CASE("the user property time tells since when a message is so") {
  const auto time_of = [](const std::string& name, const std::string& value) {
    const std::string list =
        bytes({0x26, 0, static_cast<int>(name.size())}) + name + bytes({0, static_cast<int>(value.size())}) + value;
    return publish(bytes({0, 1}) + "a" + bytes({0, 5, static_cast<int>(list.size())}) + list + "value").time;
  };
  CHECK(time_of("time", "1796070717123") == 1796070717123);
  CHECK_FALSE(time_of("Time", "1796070717123"));
  for (const char* text : {"", "now", "-1", "1.5", "12x", "1234567890123456", "99999999999999999999"})
    CHECK_FALSE(time_of("time", text));
}

TEST_CASE("a message that breaks the rules is refused") {
  const auto refused = [](const std::string& body, int flags, const char* sentence) {
    CHECK_THROWS_WITH(publish(body, flags), Catch::Contains(sentence));
  };
  refused(bytes({0, 1}) + "a" + bytes({0, 5, 3, 0x23, 0, 1}), 2, "topic alias");
  refused(bytes({0, 0, 0, 5, 0}), 2, "without a topic");
  refused(bytes({0, 1}) + "a" + bytes({0, 0, 0}), 2, "identifier 0");
  refused(bytes({0, 1}) + "a" + bytes({0, 5, 0}), 4, "QoS 2 on \"a\"");
  refused(bytes({0, 1}) + "a" + bytes({0, 5, 0}), 6, "QoS 3");
  refused(bytes({0, 1}) + "a" + bytes({0, 5, 1, 0x7F}), 2, "0x7f");
  refused(bytes({0, 9}) + "a", 0, "ends too early");
}

TEST_CASE("a CONNACK says whether there was a session, why not, and how often the broker wants to hear of us") {
  const auto connack = [](std::string_view body, MqttVersion version) {
    return parse_connack(of(PacketType::connack, body), version);
  };
  const std::string body = bytes({1, 0, 9, 0x13, 0, 60, 0x1F, 0, 3, 'w', 'h', 'y'});
  const Connack found = connack(body, v5);
  CHECK(found.session_present);
  CHECK(found.code == 0);
  CHECK(found.keep_alive == 60);
  CHECK(found.reason == "why");
  CHECK(connack(bytes({0, 0x84, 0}), v5).code == 0x84);
  CHECK(connack(bytes({0, 1}), v5).code == 1);  // in a 3.1.1 broker's words
  CHECK_FALSE(connack(bytes({0, 5}), v3).keep_alive);
  CHECK_THROWS_AS(connack(bytes({0}), v5), ProtocolError);
  CHECK_THROWS_AS(connack(bytes({0, 0, 4, 0x13, 0}), v5), ProtocolError);
}

TEST_CASE("a SUBACK has a code for each filter") {
  const std::string body = bytes({0, 7, 0, 1, 0x87});
  CHECK(parse_suback(of(PacketType::suback, body), v5).packet_id == 7);
  CHECK(parse_suback(of(PacketType::suback, body), v5).codes == bytes({1, 0x87}));
  CHECK(parse_suback(of(PacketType::suback, body), v3).codes == bytes({0, 1, 0x87}));
  CHECK_THROWS_AS(parse_suback(of(PacketType::suback, bytes({0})), v3), ProtocolError);
}

TEST_CASE("a DISCONNECT is said in words") {
  const auto sentence = [](std::string_view body) { return parse_disconnect(of(PacketType::disconnect, body)); };
  CHECK(sentence("") == "the broker ended the connection: it gives no reason");
  CHECK(sentence(bytes({0x8E})) == "the broker ended the connection: Session taken over");
  CHECK(sentence(bytes({0x8B, 5, 0x1F, 0, 2, 'b', 'y'})) ==
        "the broker ended the connection: Server shutting down, by");
  CHECK(sentence(bytes({0x7B})) == "the broker ended the connection: reason code 0x7b");
}
