// MQTT as a reader speaks it: what a broker refuses, what it must not do, and what it does not answer.
#include "mqtt/reader/session.h"

#include <utility>

#include "catch.h"
#include "mqtt/reader/test_session.h"

using namespace m2ag::host;
using namespace m2ag::host::reader;
using namespace std::chrono_literals;

namespace {

using Phase = Session::Phase;

}  // namespace

TEST_CASE("many filters go out in several packets; those that are refused are told by name") {
  Played played(settings_with(250));
  played.broker_sends(connack_packet());
  played.take();
  const auto suback = [](int identifier, const std::string& codes) {
    return packet(0x90, bytes({0, identifier, 0}) + codes);
  };
  std::string codes(100, '\1');
  codes[7] = '\x87';
  played.broker_sends(suback(1, std::string(100, '\1')) + suback(3, std::string(50, '\0')));
  played.take();
  CHECK(played.session.phase() == Phase::subscribing);
  played.broker_sends(suback(2, codes));
  played.take();
  CHECK(played.session.phase() == Phase::ready);
  const auto refusals = played.session.take_refusals();
  REQUIRE(refusals.size() == 1);
  CHECK(refusals[0].filter == "f/107");
  CHECK(refusals[0].reason == "not authorised");
  CHECK(played.session.take_refusals().empty());
}

TEST_CASE("a refused CONNECT is said in words, and a wrong version is known as such") {
  const auto refusal = [](const std::string& connack, MqttVersion version) {
    Played played(settings_with(), version);
    played.broker_sends(connack);
    try {
      played.take();
    } catch (const SessionEnded& ended) {
      return std::pair(std::string(ended.what()), ended.refused_version());
    }
    return std::pair(std::string(), false);
  };
  CHECK(refusal(connack_packet(0x84), MqttVersion::v5).second);
  CHECK(refusal(packet(0x20, bytes({0, 1})), MqttVersion::v5).second);
  const auto password = refusal(packet(0x20, bytes({0, 0x86, 6, 0x1F, 0, 3, 'w', 'h', 'y'})), MqttVersion::v5);
  CHECK(password.first == "the broker refuses our user name or password (why)");
  CHECK_FALSE(password.second);
  CHECK_THAT(refusal(packet(0x20, bytes({0, 5})), MqttVersion::v3_1_1).first, Catch::Contains("authorise"));
}

TEST_CASE("packets at the wrong time break the rules; a DISCONNECT is passed on") {
  const auto sentence = [](const std::string& text, bool ready) -> std::string {
    Played played;
    if (ready) played.make_ready();
    played.broker_sends(text);
    try {
      while (!played.take().empty()) {
      }
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  };
  CHECK_THAT(sentence(publish_packet("a", "1"), false), Catch::Contains("before the CONNACK"));
  CHECK_THAT(sentence(connack_packet(), true), Catch::Contains("second CONNACK"));
  CHECK_THAT(sentence(suback_packet(1, {1}), true), Catch::Contains("not asked for"));
  CHECK_THAT(sentence(suback_packet(0, {1}), true), Catch::Contains("not asked for"));
  CHECK_THAT(sentence(packet(0xE0, bytes({0x8E})), true), Catch::Contains("Session taken over"));
  // What came before goes first.
  Played ended;
  ended.make_ready();
  ended.broker_sends(publish_packet("a", "last") + packet(0xE0, ""));
  REQUIRE(ended.take().size() == 1);
  CHECK_THROWS_AS(ended.take(), SessionEnded);
  Played played;
  played.broker_sends(connack_packet() + suback_packet(1, {1, 1}));
  played.take();
  CHECK_THROWS_WITH(played.take(), Catch::Contains("2 codes for 1 filters"));
}

TEST_CASE("a broker that does not answer CONNECT, SUBSCRIBE or PINGREQ is given up after its time") {
  Played played;
  played.now += 9s;
  played.session.tick(played.now, true);
  CHECK(played.session.next_tick() == Session::Time{} + 10s);
  SECTION("CONNECT") {
    CHECK_THROWS_WITH(played.session.tick(played.now + 1s, true), "the broker did not answer CONNECT within 10 s");
  }
  SECTION("SUBSCRIBE") {
    played.broker_sends(connack_packet());
    played.take();
    played.session.tick(played.now + 9s, true);
    CHECK_THROWS_WITH(played.session.tick(played.now + 10s, true), "the broker did not answer SUBSCRIBE within 10 s");
  }
  SECTION("PINGREQ") {
    played.make_ready();
    played.now += 30s;
    played.session.tick(played.now, true);
    CHECK(played.sent() == bytes({0xC0, 0}));
    played.session.tick(played.now + 9s, true);
    CHECK_THROWS_WITH(played.session.tick(played.now + 10s, true), "the broker did not answer a PINGREQ within 10 s");
    played.broker_sends(bytes({0xD0, 0}));
    CHECK_NOTHROW(played.session.tick(played.now + 10s, true));
  }
}

TEST_CASE("while nothing is read pings go out and no answer is missed; read again, the time begins anew") {
  Played played;
  played.make_ready();
  int pings = 0;
  for (int second = 0; second < 300; ++second) {
    played.now += 1s;
    played.session.tick(played.now, false);
    if (!played.sent().empty()) ++pings;
  }
  CHECK(pings == 10);
  played.session.tick(played.now + 9s, true);
  CHECK_THROWS_AS(played.session.tick(played.now + 10s, true), SessionEnded);
}

TEST_CASE("the broker's keep alive counts; acknowledgements alone do not hide a broker that says nothing") {
  Played played;
  played.broker_sends(packet(0x20, bytes({0, 0, 3, 0x13, 0, 5})) + suback_packet(1, {1}) + publish_packet("a", "", 1) +
                      publish_packet("a", "", 2));
  played.take();
  played.take();
  played.take();
  played.sent();
  CHECK(played.session.next_tick() == played.now + 5s);
  played.now += 4s;
  played.session.acknowledge(1);
  played.sent();
  played.now += 1s;
  played.session.tick(played.now, true);
  CHECK(played.sent() == bytes({0xC0, 0}));
}
