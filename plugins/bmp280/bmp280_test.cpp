// The components: settings, channels, and what they say of another chip.
#include "bmp280_test_chip.h"

#include "bmp280_model.h"
#include "bmp280_weather.h"
#include "catch.h"

using namespace std::chrono_literals;
using bmp280::test::ExampleDevice;
using Catch::Contains;
using m2ag::testing::DescribedPlugin;

TEST_CASE("the driver publishes the worked example") {
  ExampleDevice device;
  device.component->start();
  device.sample();
  CHECK(device.last("temperature") == Approx(25.08).margin(0.005));
  CHECK(device.last("pressure") == Approx(1006.53).margin(0.005));
  CHECK(device.context.publications().size() == 2);  // and nothing that was not asked for
  CHECK(device.context.log_lines().empty());
}

TEST_CASE("settings reach the chip's registers") {
  SECTION("in forced mode, before and while it measures") {
    ExampleDevice device({{"temperature_oversampling", 2}, {"pressure_oversampling", 16}, {"filter", 4}});
    device.component->start();
    CHECK(device.chip->registers[0xF5] == 2 << 2);
    CHECK(device.chip->registers[0xF4] == (2 << 5 | 5 << 2));
    device.sample();
    CHECK(device.chip->registers[0xF4] == (2 << 5 | 5 << 2 | 1));
  }
  SECTION("in normal mode until it is stopped") {
    ExampleDevice device({{"mode", "normal"}, {"standby", 4'000'000}, {"filter", 16}});
    device.component->start();
    CHECK(device.chip->registers[0xF5] == (7 << 5 | 4 << 2));
    CHECK(device.chip->registers[0xF4] == (1 << 5 | 1 << 2 | 3));
    device.sample();
    CHECK(device.last("temperature") == Approx(25.08).margin(0.005));
    CHECK(device.chip->registers[0xF4] == (1 << 5 | 1 << 2 | 3));
    device.component->stop();
    CHECK(device.chip->registers[0xF4] == (1 << 5 | 1 << 2));
  }
  SECTION("of a BME280, whose bits for the pause differ") {
    ExampleDevice device({{"mode", "normal"}, {"standby", 20'000}, {"humidity_oversampling", 8}}, "bme280");
    device.component->start();
    CHECK(device.chip->registers[0xF2] == 4);
    CHECK(device.chip->registers[0xF5] == 7 << 5);
  }
}

TEST_CASE("how long a measurement takes") {
  using bmp280::Oversampling, bmp280::longest_time, bmp280::typical_time;
  const auto in_ms = [](bmp280::microseconds time) { return static_cast<double>(time.count()) / 1000; };
  struct Row {
    Oversampling times;
    double typical, longest;
  };
  // BST-BMP280-DS001 §3.8.1, table 13, which has one digit.
  for (const Row& row : {Row{{1, 1, 0}, 5.5, 6.4}, Row{{1, 2, 0}, 7.5, 8.7}, Row{{1, 4, 0}, 11.5, 13.3},
                         Row{{1, 8, 0}, 19.5, 22.5}, Row{{2, 16, 0}, 37.5, 43.2}}) {
    CHECK(in_ms(typical_time(row.times)) == Approx(row.typical).margin(0.051));
    CHECK(in_ms(longest_time(row.times)) == Approx(row.longest).margin(0.051));
  }
  CHECK(in_ms(longest_time({1, 1, 1})) == Approx(9.3));  // BST-BME280-DS002 §9.1: 1.25 + 3 × 2.3 + 2 × 0.575
  CHECK(in_ms(longest_time({1, 0, 0})) == Approx(3.55));
}

TEST_CASE("a quantity can be left out") {
  SECTION("the pressure") {
    ExampleDevice device({{"pressure_oversampling", 0}});
    device.component->start();
    device.chip->set_reading(0x80000, 519888);
    device.sample();
    CHECK(device.chip->registers[0xF4] == (1 << 5 | 1));
    CHECK(device.context.publications().size() == 1);
    CHECK(device.last("temperature") == Approx(25.08).margin(0.005));
  }
  SECTION("the humidity") {
    ExampleDevice device({{"humidity_oversampling", 0}}, "bme280");
    device.component->start();
    device.sample();
    CHECK(device.has("pressure"));
    CHECK_FALSE(device.has("humidity"));
    CHECK_FALSE(device.has("dew-point"));
  }
  SECTION("but not a pressure that is needed") {
    ExampleDevice device({{"pressure_oversampling", 0}, {"altitude", 500.0}});
    CHECK_THROWS_AS(device.component->start(), m2ag::ConfigError);
    CHECK_THROWS_WITH(device.component->start(),
                      "altitude: wants the pressure, which pressure_oversampling: 0 leaves out");
  }
}

TEST_CASE("a BME280's humidity and dew point") {
  ExampleDevice device({}, "bme280");
  device.component->start();
  device.chip->set_reading(415148, 519888, 30622);
  device.sample();
  CHECK(device.last("temperature") == Approx(25.08).margin(0.005));
  CHECK(device.last("pressure") == Approx(1006.53).margin(0.005));
  CHECK(device.last("humidity") == Approx(50.004).margin(0.01));
  CHECK(device.last("dew-point") == Approx(13.92).margin(0.01));

  SECTION("a little too wet is wet, a little too dry is dry") {
    device.chip->set_reading(415148, 519888, 41000);
    device.sample();
    CHECK(device.last("humidity") == 100);
    CHECK(device.last("dew-point") == Approx(device.last("temperature")));
    const auto dew_point_before = device.last("dew-point");
    device.chip->set_reading(415148, 519888, 21000);
    device.sample();
    CHECK(device.last("humidity") == 0);
    CHECK(device.last("dew-point") == dew_point_before);  // dry air has none
  }
  SECTION("what no air can have is a fault") {
    for (const std::uint32_t raw : {0x0000U, 0xFFFFU}) {
      device.chip->set_reading(415148, 519888, raw);
      CHECK_THROWS_WITH(device.sample(), Contains("the chip measures 0 to 100 %"));
    }
  }
}

TEST_CASE("derived channels") {
  using m2ag::Value;
  SECTION("none without their parameter, in any interval") {
    ExampleDevice device;
    device.component->start();
    device.sample();
    CHECK_FALSE(device.has("sea-level-pressure"));
    CHECK_FALSE(device.has("altitude"));
  }
  SECTION("from the place's altitude, from the weather service's pressure") {
    ExampleDevice device({{"altitude", 500.0}, {"sea_level_pressure", 1013.25}});
    device.component->start();
    device.sample();
    CHECK(device.last("sea-level-pressure") == Approx(1068.35).margin(0.05));
    CHECK(device.last("altitude") == Approx(56.1).margin(0.1));

    // As registers, while it runs.
    const auto& type = device.plugin.type("bmp280");
    type.reconfigure(*device.component, Value::Map{{"sea_level_pressure", 1006.53}});
    device.sample();
    CHECK(device.last("altitude") == Approx(0).margin(0.1));
    CHECK_THROWS_AS(type.reconfigure(*device.component, Value::Map{{"pressure_oversampling", 0}, {"altitude", 10.0}}),
                    m2ag::ConfigError);
  }
  SECTION("the standard atmosphere's own numbers (ISO 2533: geopotential altitude in m, hPa)") {
    for (const auto& [metres, hectopascal] :
         {std::pair(0.0, 1013.25), std::pair(1000.0, 898.746), std::pair(2000.0, 794.952), std::pair(3000.0, 701.085),
          std::pair(5000.0, 540.199), std::pair(8000.0, 355.998)}) {
      CHECK(bmp280::altitude(hectopascal, 1013.25) == Approx(metres).margin(0.02));
      CHECK(bmp280::sea_level_pressure(hectopascal, metres) == Approx(1013.25).margin(0.005));
    }
  }
  SECTION("the dew point where its formula holds") {
    CHECK(bmp280::dew_point(20, 100).value() == Approx(20));
    CHECK(bmp280::dew_point(20, 50).value() == Approx(9.26).margin(0.01));
    CHECK(bmp280::dew_point(-10, 80).value() == Approx(-12.80).margin(0.01));
    CHECK_FALSE(bmp280::dew_point(20, 0));
    CHECK_FALSE(bmp280::dew_point(-40, 20));  // it would be far below −45 °C
    CHECK_FALSE(bmp280::dew_point(61, 50));
  }
}

TEST_CASE("another chip at the address is named, with the type to write instead") {
  ExampleDevice device;
  auto& registers = device.chip->registers;

  SECTION("those that are read by their id") {
    for (const auto& [id, found] : {std::pair<std::uint8_t, std::string>{0x60, "BME280 (0x60)"},
                                    {0x55, "BMP180 (0x55)"},
                                    {0x50, "BMP388 (0x50)"},
                                    {0x61, "BME680 (0x61)"}}) {
      registers[0xD0] = id;
      CHECK_THROWS_AS(device.component->start(), m2ag::ConfigError);
      std::string sentence = "found a " + found;
      sentence += " at 0x76, the descriptor says bmp280 (0x58)";
      sentence += id == 0x60 ? "; write type: bme280" : "; no type of this plugin reads it";
      CHECK_THROWS_WITH(device.component->start(), sentence);
    }
  }
  SECTION("those that have it elsewhere") {
    registers[0xD0] = 0x00;
    registers[0x00] = 0x60;
    CHECK_THROWS_WITH(device.component->start(), Contains("found a BMP390 (0x60) at 0x76"));
    registers[0x00] = 0x50;
    CHECK_THROWS_WITH(device.component->start(), Contains("found a BMP388 (0x50) at 0x76"));
  }
  SECTION("a BMP280 where a BME280 should be") {
    ExampleDevice bme({}, "bme280");
    bme.chip->registers[0xD0] = 0x58;
    CHECK_THROWS_WITH(bme.component->start(),
                      "found a BMP280 (0x58) at 0x76, the descriptor says bme280 (0x60); write type: bmp280");
  }
  SECTION("what nobody knows is tried again: it may be the bus") {
    registers[0xD0] = 0xFF;
    CHECK_THROWS_AS(device.component->start(), m2ag::DeviceError);
    CHECK_THROWS_WITH(device.component->start(), Contains("as if no chip held the data line"));
    registers[0xD0] = 0x12;
    CHECK_THROWS_AS(device.component->start(), m2ag::DeviceError);
    CHECK_THROWS_WITH(device.component->start(), Contains("found an unknown chip (id 0x12) at 0x76"));
  }
  SECTION("the first samples of the BMP280 are one") {
    registers[0xD0] = 0x57;
    CHECK_NOTHROW(device.component->start());
  }
}

TEST_CASE("nothing at the address") {
  ExampleDevice device({{"address", 0x77}});
  CHECK_THROWS_WITH(device.component->start(), "no device answered at 0x77 on i2c-1");
}

TEST_CASE("what the plugin says of itself") {
  const DescribedPlugin plugin(m2ag_plugin);
  const auto& bmp = plugin.type("bmp280");
  CHECK(bmp.sensor);
  CHECK(bmp.interval == 10s);
  REQUIRE(bmp.channels.size() == 4);
  CHECK(bmp.channels[0].unit == "°C");
  CHECK(bmp.channels[1].quantity == "atmospheric_pressure");
  CHECK(plugin.type("bme280").channels.size() == 6);
  for (const auto* type : {"bmp280", "bme280"}) {
    for (const auto& param : plugin.type(type).params) {
      const bool fixed =
          param.name == "bus" || param.name == "address" || param.name == "mode" || param.name == "standby";
      CHECK(param.runtime != fixed);
      CHECK_FALSE(param.required);
    }
  }
  CHECK(plugin.create_chip("bmp280", {{"id", 0x60}})->read(0xD0) == 0x60);
  CHECK(plugin.create_chip("bme280")->read(0xD0) == 0x60);
}

TEST_CASE("what the chip must know it is told with the next sample, without a word in the log") {
  ExampleDevice device;
  device.component->start();
  device.sample();
  const auto control = device.chip->registers[0xF4], config = device.chip->registers[0xF5];
  const auto& type = device.plugin.type("bmp280");
  type.reconfigure(*device.component, m2ag::Value::Map{{"pressure_oversampling", 16}, {"filter", 8}});
  CHECK(device.chip->registers[0xF5] == config);
  device.sample();
  CHECK(device.chip->registers[0xF4] != control);
  CHECK((device.chip->registers[0xF5] >> 2 & 7) == 3);
  CHECK(device.context.log_lines().empty());
}
