#include <m2ag/sysfs.h>
#include <m2ag/testing.h>

#include "catch.h"

using namespace m2ag;
using m2ag::testing::FakeContext;
using Names = std::vector<std::string>;

TEST_CASE("a number is the whole text") {
  CHECK(sysfs::number_in("25500") == 25500);
  CHECK(sysfs::number_in("-0.0625") == -0.0625);
  CHECK(sysfs::number_in("0.000000125") == 1.25e-7);
  for (const char* text : {"", " 1", "1 ", "1 dB", "0x10", "+1", "nan", "inf", "-inf", "1e999", "one"}) {
    CAPTURE(text);
    CHECK_FALSE(sysfs::number_in(text));
  }
}

TEST_CASE("a part of a path is whole steps of it") {
  const std::string path = "/sys/devices/platform/soc/i2c-1/1-0048/hwmon/hwmon3";
  for (const char* part : {"1-0048", "i2c-1/1-0048", "hwmon3", "sys", "soc"}) CHECK(sysfs::path_has(path, part));
  for (const char* part : {"1-004", "0048", "c-1", "", "1-0048/hwmon3"}) CHECK_FALSE(sysfs::path_has(path, part));
}

TEST_CASE("the fake's folders list what is set below them, once and sorted") {
  FakeContext context;
  context.set_sysfs("/sys/class/leds/b/brightness", "1");
  context.set_sysfs("/sys/class/leds/b/trigger", "none");
  context.set_sysfs("/sys/class/leds/a/brightness", "1");
  context.set_sysfs("/sys/class/ledsy/c/brightness", "1");
  context.set_sysfs_link("/sys/class/leds/d", "/sys/devices/d");
  CHECK(context.sysfs_list("/sys/class/leds") == Names{"a", "b", "d"});
  CHECK_FALSE(context.sysfs_list("/sys/class/pwm").has_value());
  CHECK(sysfs::names_in(context, "/sys/class/pwm").empty());
  CHECK(context.sysfs_real_path("/sys/class/leds/d") == "/sys/devices/d");
  CHECK(context.sysfs_real_path("/sys/class/leds/a") == "/sys/class/leds/a");
  CHECK_THROWS_AS(context.sysfs_real_path("/sys/class/leds/e"), DeviceError);
  context.remove_sysfs("/sys/class/leds/b");
  CHECK(context.sysfs_list("/sys/class/leds") == Names{"a", "d"});
}

TEST_CASE("the fake's errors end where they are ended") {
  FakeContext context;
  context.set_sysfs("/sys/x", "1");
  context.set_sysfs_error("/sys/x", "Input/output error");
  CHECK_THROWS_WITH(context.sysfs_read("/sys/x"), "/sys/x: Input/output error");
  CHECK_THROWS_WITH(context.sysfs_write("/sys/x", "2"), "/sys/x: Input/output error");
  context.set_sysfs_error("/sys/x", "");
  CHECK(sysfs::read_number(context, "/sys/x") == 1);
}

TEST_CASE("devices are found by name") {
  FakeContext context;
  const auto add = [&](const std::string& entry, const std::string& name, const std::string& real) {
    context.set_sysfs("/sys/class/hwmon/" + entry + "/name", name);
    context.set_sysfs_link("/sys/class/hwmon/" + entry, real);
  };
  const auto find = [&](const std::string& chip, const std::string& device = "") {
    return sysfs::find_by_name(context, {"/sys/class/hwmon/hwmon", "hwmon chip", chip, device});
  };
  CHECK_THROWS_WITH(find("lm75"), "no hwmon chip \"lm75\"; there are none");
  add("hwmon1", "lm75", "/sys/devices/i2c-1/1-0048/hwmon/hwmon1");
  add("hwmon2", "nvme", "/sys/devices/nvme0/hwmon2");
  add("other", "tmp102", "/sys/devices/other");  // does not begin with hwmon
  context.set_sysfs("/sys/class/hwmon/hwmon3/uevent", "");
  CHECK(find("lm75") == "/sys/class/hwmon/hwmon1");
  CHECK_THROWS_WITH(find("tmp102"), "no hwmon chip \"tmp102\"; there are lm75, nvme");
  add("hwmon4", "lm75", "/sys/devices/i2c-1/1-0049/hwmon/hwmon4");
  CHECK_THROWS_AS(find("lm75"), ConfigError);
  CHECK(find("lm75", "1-0049") == "/sys/class/hwmon/hwmon4");
  CHECK_THROWS_AS(find("lm75", "1-004a"), DeviceError);
}
