#include "mqtt/version_choice.h"

#include "catch.h"

using namespace m2ag::host;
using Failure = VersionChoice::Failure;
using std::chrono::hours;
using std::chrono::minutes;

namespace {
const VersionChoice::Time kStart = VersionChoice::Time{} + hours(1000);
}

TEST_CASE("MQTT 5 comes first; a broker that refuses it is asked with 3.1.1 at once, and with 5 again after an hour") {
  VersionChoice choice(MqttVersion::any);
  CHECK(choice.next(kStart) == MqttVersion::v5);
  CHECK(choice.failed(MqttVersion::v5, Failure::refused_version, kStart));
  CHECK(choice.next(kStart) == MqttVersion::v3_1_1);
  choice.connected(MqttVersion::v3_1_1, kStart);
  CHECK(choice.next(kStart + minutes(59)) == MqttVersion::v3_1_1);
  CHECK(choice.next(kStart + minutes(61)) == MqttVersion::v5);
}

TEST_CASE("a broker that closes at CONNECT is tried with 3.1.1 the second time only, and once") {
  VersionChoice choice(MqttVersion::any);
  CHECK_FALSE(choice.failed(MqttVersion::v5, Failure::closed_at_connect, kStart));
  CHECK(choice.next(kStart) == MqttVersion::v5);
  CHECK(choice.failed(MqttVersion::v5, Failure::closed_at_connect, kStart));
  CHECK(choice.next(kStart) == MqttVersion::v3_1_1);

  SECTION("it was the version") {
    choice.connected(MqttVersion::v3_1_1, kStart);
    CHECK(choice.next(kStart + minutes(59)) == MqttVersion::v3_1_1);
  }
  SECTION("it was not the version") {
    CHECK_FALSE(choice.failed(MqttVersion::v3_1_1, Failure::closed_at_connect, kStart));
    CHECK(choice.next(kStart) == MqttVersion::v5);
  }
}

TEST_CASE("a broker that is down between two closes is not taken for an old one") {
  VersionChoice choice(MqttVersion::any);
  choice.failed(MqttVersion::v5, Failure::closed_at_connect, kStart);
  choice.failed(MqttVersion::v5, Failure::other, kStart);
  CHECK_FALSE(choice.failed(MqttVersion::v5, Failure::closed_at_connect, kStart));
}

TEST_CASE("a version that was asked for is kept") {
  VersionChoice choice(MqttVersion::v3_1_1);
  CHECK(choice.next(kStart) == MqttVersion::v3_1_1);
  VersionChoice five(MqttVersion::v5);
  CHECK_FALSE(five.failed(MqttVersion::v5, Failure::refused_version, kStart));
  CHECK(five.next(kStart) == MqttVersion::v5);
}
