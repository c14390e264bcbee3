// MQTT as a reader speaks it: what is handed out and what is acknowledged.
#include "mqtt/reader/session.h"

#include <utility>

#include "catch.h"
#include "mqtt/reader/packet_writer.h"
#include "mqtt/reader/test_session.h"

using namespace m2ag::host;
using namespace m2ag::host::reader;

namespace {

using Phase = Session::Phase;

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

TEST_CASE(
    "what nobody wants any more is unsubscribed after what is wanted, and the session is ready with the last answer") {
  Settings settings = settings_with();
  settings.dropped = {"old/#", "older"};
  Played played(settings);
  played.sent();
  played.broker_sends(connack_packet(0, true));
  played.take();
  std::string expected;
  write_subscribe(expected, 1, settings.filters, MqttVersion::v5);
  CHECK(played.sent() == expected + packet(0xA2, bytes({0, 2, 0, 0, 5}) + "old/#" + bytes({0, 5}) + "older"));
  played.broker_sends(suback_packet(1, {1}));
  played.take();
  CHECK(played.session.phase() == Phase::subscribing);
  played.broker_sends(unsuback_packet(2, {0, 0x11}));
  played.take();
  CHECK(played.session.phase() == Phase::ready);
  played.broker_sends(unsuback_packet(2, {0, 0}));
  CHECK_THROWS_WITH(played.take(), Catch::Contains("not asked for"));
}

TEST_CASE("with identifiers each filter is asked for alone, and a message says which one it is for") {
  Settings settings = settings_with(2);
  settings.identifiers = true;
  Played played(settings);
  played.sent();
  played.broker_sends(connack_packet());
  played.take();
  std::string expected;
  const std::span<const Subscription> all(settings.filters);
  write_subscribe(expected, 1, all.first(1), MqttVersion::v5, subscription_id("f/0"));
  write_subscribe(expected, 2, all.last(1), MqttVersion::v5, subscription_id("f/1"));
  CHECK(played.sent() == expected);
  played.broker_sends(suback_packet(2, {1}) + suback_packet(1, {1}));
  played.take();
  CHECK(played.session.phase() == Phase::ready);
  std::string one = bytes({0x0B}), both = bytes({0x0B});
  put_variable(one, subscription_id("f/1"));
  put_variable(both, subscription_id("f/1"));
  both += bytes({0x0B, 5});
  const auto properties = [](const std::string& text) { return bytes({static_cast<int>(text.size())}) + text; };
  played.broker_sends(publish_packet("f/1", "", 3, properties(one)) + publish_packet("f/1", "", 4, properties(both)));
  const Batch batch = played.take();
  REQUIRE(batch.size() == 2);
  CHECK(batch.messages()[0].subscription == subscription_id("f/1"));
  CHECK(batch.messages()[1].subscription == 0);
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
