// What the Linux side says where the kernel has no such device; what it does where it has: tests/hardware, on a real kernel.
#include <m2ag/error.h>

#include "catch.h"
#include "hardware/hardware.h"
#include "hardware/i2c_bus.h"
#include "hardware/linux_i2c.h"
#include "hardware/temporary_folder.h"

using Catch::Contains;
using namespace m2ag::host;

namespace {

struct Machine {
  TemporaryFolder folder;
  DeviceFiles files{folder.path() / "dev", folder.path() / "sys"};
  mutable I2cLocks locks;
  Machine() {
    std::filesystem::create_directories(files.dev);
    std::filesystem::create_directories(files.sys);
  }
};

}  // namespace

TEST_CASE("a machine without I²C") {
  const Machine machine;
  CHECK(list_i2c_buses(machine.files).empty());
  CHECK_THROWS_WITH(open_linux_i2c({"i2c-1", 0x76}, machine.files, machine.locks),
                    Contains("no I²C bus i2c-1: this machine has none"));
}

TEST_CASE("the buses that are there are named, by number") {
  const Machine machine;
  machine.folder.write("sys/bus/i2c/devices/i2c-10/name", "second adapter\n");
  machine.folder.write("sys/bus/i2c/devices/i2c-2/name", "first adapter\n");
  machine.folder.write("sys/bus/i2c/devices/2-0076/name", "bmp280\n");
  CHECK_THROWS_WITH(open_linux_i2c({"i2c-1", 0x76}, machine.files, machine.locks),
                    "no I²C bus i2c-1; here are: i2c-2 (first adapter), i2c-10 (second adapter)");
  CHECK_THROWS_WITH(open_linux_i2c({"i2c-2", 0x76}, machine.files, machine.locks),
                    Contains("load the kernel module i2c-dev"));
}

TEST_CASE("a name that can be no bus") {
  const Machine machine;
  for (const char* bus : {"", "../etc/passwd", "/dev/i2c-1", ".."}) {
    CHECK_THROWS_AS(open_linux_i2c({bus, 0x76}, machine.files, machine.locks), m2ag::ConfigError);
  }
  machine.folder.write("dev/notes", "");
  CHECK_THROWS_WITH(open_linux_i2c({"notes", 0x76}, machine.files, machine.locks), Contains("is no I²C bus"));
}

TEST_CASE("a machine without GPIO") {
  const Machine machine;
  Hardware hardware(machine.files);
  CHECK_THROWS_WITH(hardware.gpio_output({"GPIO17", {}, -1}, {}, "test"),
                    "no GPIO line GPIO17: this machine has no GPIO chip");
  CHECK_THROWS_WITH(hardware.gpio_output({{}, "pinctrl-rp1", 17}, {}, "test"),
                    "no GPIO chip is labelled \"pinctrl-rp1\"; here are: none");
}

TEST_CASE("permission sentences name the group") {
  const Machine machine;
  machine.folder.write("dev/i2c-1", "");
  const auto file = machine.files.dev / "i2c-1";
  CHECK_THAT(permission_sentence(file), Contains("no permission for " + file.string()));
}

TEST_CASE("attributes below /sys are read and written") {
  const Machine machine;
  machine.folder.write("sys/class/leds/led0/brightness", "1\n");
  const std::string path = machine.files.sys / "class/leds/led0/brightness";
  CHECK(sysfs_read(machine.files, path) == "1");
  sysfs_write(machine.files, path, "0");
  CHECK(sysfs_read(machine.files, path) == "0");
  CHECK_THROWS_AS(sysfs_read(machine.files, machine.files.sys / "class/leds/led9"), m2ag::DeviceError);
}

TEST_CASE("folders below /sys are listed, and links in them followed") {
  const Machine machine;
  machine.folder.write("sys/devices/platform/i2c-1/1-0048/hwmon/hwmon3/name", "lm75\n");
  machine.folder.write("sys/class/hwmon/README", "");
  std::filesystem::create_directory_symlink(machine.files.sys / "devices/platform/i2c-1/1-0048/hwmon/hwmon3",
                                            machine.files.sys / "class/hwmon/hwmon3");
  const std::string folder = machine.files.sys / "class/hwmon";
  CHECK(sysfs_list(machine.files, folder) == std::vector<std::string>{"README", "hwmon3"});
  CHECK(sysfs_list(machine.files, folder + "/hwmon3") == std::vector<std::string>{"name"});
  CHECK(sysfs_read(machine.files, folder + "/hwmon3/name") == "lm75");
  CHECK(sysfs_real_path(machine.files, folder + "/hwmon3") ==
        std::filesystem::canonical(machine.files.sys) / "devices/platform/i2c-1/1-0048/hwmon/hwmon3");
  CHECK_FALSE(sysfs_list(machine.files, folder + "/hwmon4").has_value());
  CHECK_THROWS_AS(sysfs_list(machine.files, folder + "/README"), m2ag::DeviceError);
  CHECK_THROWS_AS(sysfs_real_path(machine.files, folder + "/hwmon4"), m2ag::DeviceError);
}

TEST_CASE("paths that lead out of /sys are refused") {
  const Machine machine;
  machine.folder.write("secret", "x");
  std::filesystem::create_symlink(machine.folder.path() / "secret", machine.files.sys / "link");
  for (const auto& path : {machine.folder.path() / "secret", machine.files.sys / "../secret",
                           machine.files.sys / "link", std::filesystem::path("sys/link"), machine.files.sys}) {
    CHECK_THROWS_AS(sysfs_read(machine.files, path), m2ag::ConfigError);
    CHECK_THROWS_AS(sysfs_write(machine.files, path, "y"), m2ag::ConfigError);
    CHECK_THROWS_AS(sysfs_list(machine.files, path), m2ag::ConfigError);
    CHECK_THROWS_AS(sysfs_real_path(machine.files, path), m2ag::ConfigError);
  }
}

TEST_CASE("what the descriptor simulates is not looked for on the machine") {
  const Machine machine;
  Hardware hardware(machine.files);
  hardware.simulated_gpio().add_line({"GPIO17", {}, -1});
  hardware.simulated_i2c().add_bus("i2c-1");
  const auto output = hardware.gpio_output({"GPIO17", {}, -1}, {.initial = true}, "test");
  CHECK(hardware.simulated_line({"GPIO17", {}, -1})->level());
  CHECK_THROWS_WITH(hardware.i2c({"i2c-1", 0x76})->read_byte(0), Contains("on this simulated bus are: no chips"));
  CHECK_THROWS_AS(hardware.gpio_input({"GPIO18", {}, -1}, {}, "test", {}), m2ag::DeviceError);
}
