#include <m2ag/testing.h>

#include "catch.h"

using Catch::Contains;
using m2ag::DeviceError;
using m2ag::Value;
using m2ag::testing::DescribedPlugin;
using m2ag::testing::FakeContext;

namespace {

const std::string kDevices = "/sys/bus/w1/devices/";
const std::string kSensor = "28-0316a2798bff";

/// As the driver writes it.
std::string slave(const std::string& bytes, const std::string& verdict, int thousandths) {
  return bytes + " : crc=57 " + verdict + "\n" + bytes + " t=" + std::to_string(thousandths);
}
std::string good(int thousandths) { return slave("72 01 4b 46 7f ff 0e 10 57", "YES", thousandths); }

struct Bus {
  FakeContext context;
  DescribedPlugin plugin{m2ag_plugin};
  std::unique_ptr<m2ag::Component> component;

  Bus() {
    context.set_sysfs(kDevices + "w1_bus_master1/w1_master_slave_count", "1");
    set(kSensor, good(23125));
  }
  void set(const std::string& id, const std::string& text) { context.set_sysfs(kDevices + id + "/w1_slave", text); }
  void start(const Value::Map& settings = {{"sensor", kSensor}}) {
    component = plugin.create("w1", context, settings);
    component->start();
  }
  void sample() { dynamic_cast<m2ag::Sensor&>(*component).sample(); }
  /// The value published for this text, or nothing when it was refused.
  std::optional<double> read(const std::string& text) {
    const auto before = context.publications().size();
    set(kSensor, text);
    try {
      sample();
    } catch (const DeviceError&) {
      CHECK(context.publications().size() == before);
      return std::nullopt;
    }
    return context.last("temperature").as_number();
  }
};

}  // namespace

TEST_CASE("a thermometer is read") {
  Bus bus;
  bus.start();
  bus.sample();
  CHECK(bus.context.last("temperature").as_number() == Approx(23.125));
  CHECK(bus.read(good(-10125)).value() == Approx(-10.125));
  CHECK(bus.read(good(0)).value() == Approx(0));
}

TEST_CASE("a wrong checksum gives no number, though the file shows one") {
  Bus bus;
  bus.start();
  bus.set(kSensor, slave("72 01 4b 46 7f ff 0e 10 00", "NO", 23125));
  CHECK_THROWS_WITH(bus.sample(), Contains(kSensor + ": the checksum (crc) of the reading is wrong"));
  CHECK(bus.context.publications().empty());
  CHECK(bus.read(good(23250)).value() == Approx(23.25));
}

TEST_CASE("85 °C is the value before the first measurement") {
  Bus bus;
  bus.start();
  const std::string power_on = slave("50 05 4b 46 7f ff 0c 10 1c", "YES", 85000);

  SECTION("refused as the first value") {
    bus.set(kSensor, power_on);
    CHECK_THROWS_WITH(bus.sample(), Contains("85 °C is what it says after its power came on"));
    CHECK_FALSE(bus.read(power_on).has_value());
    CHECK(bus.read(good(21000)).value() == Approx(21));
  }
  SECTION("refused as a jump, down and up") {
    CHECK(bus.read(good(21000)).has_value());
    CHECK_FALSE(bus.read(power_on).has_value());
    CHECK(bus.read(good(110000)).has_value());
    CHECK_FALSE(bus.read(power_on).has_value());
  }
  SECTION("believed on the way through it") {
    CHECK(bus.read(good(84500)).has_value());
    CHECK(bus.read(power_on).value() == Approx(85));
    CHECK(bus.read(power_on).value() == Approx(85));
    CHECK(bus.read(good(85500)).has_value());
  }
  SECTION("its neighbours are values like others") {
    CHECK(bus.read(good(85062)).value() == Approx(85.062));
    CHECK(bus.read(good(20000)).has_value());
    CHECK(bus.read(good(84937)).value() == Approx(84.937));
  }
  SECTION("after a new start it is a first value again") {
    CHECK(bus.read(good(84500)).has_value());
    bus.component->stop();
    bus.component->start();
    CHECK_FALSE(bus.read(power_on).has_value());
  }
}

TEST_CASE("a shorted wire reads as zeros with a checksum that is right") {
  Bus bus;
  bus.start();
  bus.set(kSensor, slave("00 00 00 00 00 00 00 00 00", "YES", 0));
  CHECK_THROWS_WITH(bus.sample(), Contains("shorted to ground"));
}

TEST_CASE("values that it cannot measure") {
  Bus bus;
  bus.start();
  CHECK_FALSE(bus.read(good(127937)).has_value());  // what w1_therm calls a failed conversion
  CHECK_FALSE(bus.read(good(-55063)).has_value());
  CHECK(bus.read(good(125000)).has_value());
  CHECK(bus.read(good(-55000)).has_value());
}

TEST_CASE("texts that are no reading") {
  Bus bus;
  bus.start();
  const std::string text = GENERATE(
      "", "-1", "23125", "72 01 4b : crc=57 YES\n72 01 4b t=23125", "72 01 4b 46 7f ff 0e 10 57 : crc=57 YES",
      "72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57 t=",
      "72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57 t=nan",
      "72 01 4b 46 7f ff 0e 10 57 : crc=57 MAYBE\n72 t=23125", "172 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 t=23125",
      "zz 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 t=23125");
  CAPTURE(text);
  bus.set(kSensor, text);
  CHECK_THROWS_WITH(bus.sample(), Contains("gave no reading"));
  CHECK(bus.context.publications().empty());
}

TEST_CASE("errors of the driver, and a sensor that is pulled out") {
  Bus bus;
  bus.start();
  bus.context.set_sysfs_error(kDevices + kSensor + "/w1_slave", "No such device");
  CHECK_THROWS_WITH(bus.sample(), Contains("No such device"));
  bus.context.set_sysfs_error(kDevices + kSensor + "/w1_slave", "");
  bus.context.remove_sysfs(kDevices + kSensor);
  CHECK_THROWS_AS(bus.sample(), DeviceError);
  CHECK_THROWS_WITH(bus.component->start(), "no thermometer " + kSensor + " on the 1-wire bus; there are none");
  CHECK(bus.context.publications().empty());
  bus.set(kSensor, good(20000));
  bus.component->start();
  bus.sample();
  CHECK(bus.context.last("temperature").as_number() == Approx(20));
}

TEST_CASE("which sensor") {
  Bus bus;
  SECTION("the only one needs no id") {
    bus.start({});
    bus.sample();
    CHECK(bus.context.last("temperature").as_number() == Approx(23.125));
  }
  SECTION("of several one must be named; other kinds of devices do not count") {
    bus.context.set_sysfs(kDevices + "01-000001234567/name", "01-000001234567");
    bus.start({});
    bus.set("10-000802824e58", good(1000));
    CHECK_THROWS_WITH(bus.start({}), "sensor: there are several, say which one: 10-000802824e58, " + kSensor);
    CHECK_THROWS_AS(bus.start({}), m2ag::ConfigError);
    bus.start({{"sensor", "10-000802824e58"}});
    bus.sample();
    CHECK(bus.context.last("temperature").as_number() == Approx(1));
  }
  SECTION("one that is not there") {
    CHECK_THROWS_WITH(bus.start({{"sensor", "28-000000000001"}}),
                      "no thermometer 28-000000000001 on the 1-wire bus; there are " + kSensor);
  }
  SECTION("an id of another kind") {
    CHECK_THROWS_WITH(bus.start({{"sensor", "w1_bus_master1"}}), Contains("expected a thermometer's id such as"));
    CHECK_THROWS_AS(bus.start({{"sensor", "01-000001234567"}}), m2ag::ConfigError);
  }
  SECTION("none at all, and no bus at all") {
    bus.context.remove_sysfs(kDevices + kSensor);
    CHECK_THROWS_WITH(bus.start({}), Contains("no thermometer on the 1-wire bus"));
    bus.context.remove_sysfs("/sys/bus/w1");
    CHECK_THROWS_WITH(bus.start(), Contains("no 1-wire bus; on a Raspberry Pi dtoverlay=w1-gpio"));
  }
}

TEST_CASE("a thermocouple's range and faults") {
  Bus bus;
  const std::string id = "3b-0000001921e8";
  bus.set(id, slave("60 22 4b 46 ff ff 00 10 57", "YES", 550000));
  bus.start({{"sensor", id}});
  bus.sample();
  CHECK(bus.context.last("temperature").as_number() == Approx(550));
  bus.set(id, slave("61 22 4b 46 ff ff 00 10 57", "YES", 550000));
  CHECK_THROWS_WITH(bus.sample(), Contains("thermocouple is open or shorted"));
}

TEST_CASE("resolution") {
  Bus bus;
  CHECK_THROWS_WITH(bus.start({{"sensor", kSensor}, {"resolution", 10}}), Contains("the kernel's driver cannot set"));
  bus.context.set_sysfs(kDevices + kSensor + "/resolution", "12");
  bus.start();
  CHECK(bus.context.sysfs_read(kDevices + kSensor + "/resolution") == "12");
  bus.start({{"sensor", kSensor}, {"resolution", 10}});
  CHECK(bus.context.sysfs_read(kDevices + kSensor + "/resolution") == "10");
}
