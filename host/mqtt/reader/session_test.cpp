// MQTT as a reader speaks it, with a broker that is played by hand: no socket, and time moves when the test says so.
#include "mqtt/reader/session.h"

#include <fmt/format.h>

#include <utility>

#include "catch.h"
#include "mqtt/reader/packet_writer.h"
#include "mqtt/reader/test_packets.h"

using namespace m2ag::host;
using namespace m2ag::host::reader;
using namespace std::chrono_literals;

namespace {

using Phase = Session::Phase;

Settings settings_with(std::size_t filters = 1) {
  Settings settings;
  settings.url = "mqtt://localhost";
  settings.client_id = "one";
  for (std::size_t i = 0; i < filters; ++i) {
    Subscription each;
    each.filter = fmt::format("f/{}", i);
    settings.filters.push_back(each);
  }
  return settings;
}

struct Played {
  explicit Played(Settings with = settings_with(), MqttVersion version = MqttVersion::v5)
      : settings(std::move(with)), session(settings, version, last_number, now) {}

  void broker_sends(std::string_view text) {
    const auto space = session.space();
    REQUIRE(text.size() <= space.size());
    session.filled(text.copy(space.data(), space.size()), now);
  }
  Batch take() { return session.take({}); }
  /// What was to be sent since the last time.
  std::string sent() {
    if (!session.output().empty()) session.sent(now);
    return std::exchange(session.output(), {});
  }
  void make_ready() {
    broker_sends(connack_packet() + suback_packet(1, {1}));
    take();
    take();
    REQUIRE(session.phase() == Phase::ready);
    sent();
  }

  std::uint64_t last_number = 0;
  Settings settings;
  Session::Time now{};
  Session session;
};

std::string pubacks(std::initializer_list<int> identifiers) {
  std::string out;
  for (const int each : identifiers) write_puback(out, static_cast<std::uint16_t>(each));
  return out;
}

}  // namespace

TEST_CASE("CONNECT, then SUBSCRIBE whether there was a session or not, then ready with the SUBACK") {
  const bool present = GENERATE(false, true);
  Played played;
  std::string expected;
  write_connect(expected, played.settings, MqttVersion::v5);
  CHECK(played.sent() == expected);
  played.broker_sends(connack_packet(0, present));
  played.take();
  CHECK(played.session.phase() == Phase::subscribing);
  CHECK(played.session.session_present() == present);
  expected.clear();
  write_subscribe(expected, 1, played.settings.filters, MqttVersion::v5);
  CHECK(played.sent() == expected);
  // A session goes on before the SUBACK.
  played.broker_sends(publish_packet("a", "1", 5) + suback_packet(1, {1}));
  CHECK(played.take().size() == 1);
  CHECK(played.session.phase() == Phase::ready);
}

TEST_CASE("messages are numbered and views into the batch, which may move") {
  Played played;
  played.make_ready();
  played.broker_sends(publish_packet("a/b", "21.5", 7) + publish_packet("c", "") +
                      publish_packet("d", "x", 8, bytes({0}), 9));
  Batch batch = played.take();
  played.broker_sends(packet(0xD0, "") + packet(0xD0, ""));  // into the same place
  const Batch moved = std::move(batch);
  REQUIRE(moved.size() == 3);
  const auto all = moved.messages();
  CHECK(all[0].number == 1);
  CHECK(all[0].topic == "a/b");
  CHECK(all[0].payload == "21.5");
  CHECK(all[0].packet_id == 7);
  CHECK(all[1].topic == "c");
  CHECK(all[1].payload.empty());
  CHECK(all[1].qos == 0);
  CHECK(all[2].number == 3);
  CHECK(all[2].retain);
  CHECK(all[2].duplicate);
  CHECK(moved.last() == 3);
  CHECK(moved.bytes() <= 30);
}

TEST_CASE("nothing is acknowledged but what was told to, in the order of arrival") {
  Played played;
  played.make_ready();
  played.broker_sends(publish_packet("a", "", 7) + publish_packet("b", "") + publish_packet("c", "", 3) +
                      publish_packet("d", "", 9));
  CHECK(played.take().last() == 4);
  CHECK(played.sent().empty());
  played.session.acknowledge(2);
  CHECK(played.sent() == pubacks({7}));
  CHECK(played.session.unacknowledged() == 2);
  played.session.acknowledge(1);
  CHECK(played.sent().empty());
  played.session.acknowledge(100);
  CHECK(played.sent() == pubacks({3, 9}));
}

TEST_CASE("a number of an earlier connection acknowledges nothing of this one") {
  Played played;
  played.last_number = 50;
  played.make_ready();
  played.broker_sends(publish_packet("a", "", 7));
  CHECK(played.take().last() == 51);
  played.session.acknowledge(50);
  CHECK(played.sent().empty());
}

TEST_CASE("at the limit of unacknowledged messages nothing more is handed out, whatever the broker sends") {
  auto settings = settings_with();
  settings.unacknowledged_limit = 2;
  Played played(settings);
  played.make_ready();
  played.broker_sends(publish_packet("a", "", 1) + publish_packet("b", "", 2) + publish_packet("c", "", 3));
  CHECK(played.take().size() == 2);
  CHECK_FALSE(played.session.may_read());
  CHECK(played.take().empty());
  played.session.acknowledge(1);
  CHECK(played.session.may_read());
  CHECK(played.take().last() == 3);
}

TEST_CASE("a broker that takes no acknowledgements gets no more read") {
  auto settings = settings_with();
  settings.unacknowledged_limit = 1'000'000;
  Played played(settings);
  played.make_ready();
  std::string many;
  for (int i = 1; i <= 6000; ++i) many += publish_packet("a", "", i);
  for (int round = 0; round < 3; ++round) {
    played.broker_sends(many);
    played.session.acknowledge(played.take().last());
  }
  CHECK_FALSE(played.session.may_read());
  CHECK(played.session.output().size() < 100'000);
  played.sent();
  CHECK(played.session.may_read());
}

TEST_CASE("a message over the limit is handed out without its payload and can be acknowledged") {
  auto settings = settings_with();
  settings.maximum_packet = 1024;
  Played played(settings);
  played.make_ready();
  const std::string large = publish_packet("large", std::string(5000, 'x'), 4);
  played.broker_sends(large + publish_packet("next", "1", 5));
  const Batch batch = played.take();
  REQUIRE(batch.size() == 2);
  CHECK(batch.messages()[0].too_long);
  CHECK(batch.messages()[0].topic == "large");
  CHECK(batch.messages()[0].payload.empty());
  CHECK(batch.messages()[0].packet_size == large.size());
  CHECK(batch.messages()[1].payload == "1");
  played.session.acknowledge(1);
  CHECK(played.sent() == pubacks({4}));
}

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
