// The scan on a bus that is played; on the kernel's: tests/hardware/scan_test.py.
#include "hardware/i2c_scan.h"

#include <linux/i2c.h>
#include <m2ag/error.h>

#include <cerrno>
#include <filesystem>
#include <map>
#include <set>

#include <nlohmann/json.hpp>
#include "catch.h"
#include "hardware/scan_json.h"
#include "hardware/temporary_folder.h"

using Catch::Contains;
using namespace m2ag::host;

namespace {

/// Chips by address, each with its registers.
class PlayedBus final : public I2cProbe {
 public:
  std::map<int, std::map<int, std::uint8_t>> chips;
  std::set<int> held;  ///< by a kernel driver
  std::map<int, int> errors;
  bool all_answer = false;
  unsigned long can = I2C_FUNC_SMBUS_QUICK | I2C_FUNC_SMBUS_READ_BYTE | I2C_FUNC_SMBUS_READ_BYTE_DATA;

  std::set<int> written, read;              ///< addresses that were asked in this way
  std::set<std::pair<int, int>> registers;  ///< and those of which a register was read

  unsigned long functions() const override { return can; }
  int select(std::uint8_t address) override {
    address_ = address;
    return held.count(address) > 0 ? EBUSY : 0;
  }
  int quick_write() override {
    written.insert(address_);
    return answer();
  }
  int read_byte() override {
    read.insert(address_);
    return answer();
  }
  int read_register(std::uint8_t reg, std::uint8_t& value) override {
    registers.emplace(address_, reg);
    if (chips[address_].count(reg) == 0) return EREMOTEIO;
    value = chips[address_][reg];
    return 0;
  }

 private:
  int answer() const {
    if (errors.count(address_) > 0) return errors.at(address_);
    return all_answer || chips.count(address_) > 0 ? 0 : ENXIO;
  }
  int address_ = 0;
};

const I2cBus kBus{"i2c-1", "played"};

I2cBusScan scan(PlayedBus& bus, const DeviceFiles& files = {"/nowhere", "/nowhere"}) {
  std::mutex turn;
  return scan_i2c_bus(kBus, bus, files, turn);
}

std::set<std::string> names(const std::vector<const I2cChip*>& chips) {
  std::set<std::string> all;
  for (const I2cChip* chip : chips) all.emplace(chip->name);
  return all;
}

}  // namespace

TEST_CASE("an empty bus is asked address by address in the way that is harmless there") {
  PlayedBus bus;
  const auto result = scan(bus);
  CHECK(result.found.empty());
  CHECK(result.problem.empty());
  CHECK(bus.read.size() == 8 + 16);
  CHECK(bus.read.count(0x30) + bus.read.count(0x37) + bus.read.count(0x50) + bus.read.count(0x5F) == 4);
  CHECK(bus.written.size() == 0x77 - 0x08 + 1 - 24);
  CHECK(*bus.written.begin() == 0x08);
  CHECK(*bus.written.rbegin() == 0x77);
  CHECK(bus.registers.empty());
}

TEST_CASE("an adapter without quick writes reads everywhere") {
  PlayedBus bus;
  bus.can &= ~static_cast<unsigned long>(I2C_FUNC_SMBUS_QUICK);
  bus.chips[0x23] = {};
  CHECK(scan(bus).found.size() == 1);
  CHECK(bus.written.empty());
  CHECK(bus.read.size() == 112);
}

TEST_CASE("an adapter that cannot read bytes leaves out the addresses of memories, and says so") {
  PlayedBus bus;
  bus.can = I2C_FUNC_SMBUS_QUICK;
  bus.chips = {{0x50, {}}, {0x76, {{0xD0, 0x58}}}};
  const auto result = scan(bus);
  REQUIRE(result.found.size() == 1);
  CHECK(result.found[0].chip == nullptr);
  CHECK(names(result.found[0].likely).count("BMP280") == 1);
  CHECK_THAT(result.problem, Contains("24 addresses were not asked"));
  CHECK(bus.registers.empty());
}

TEST_CASE("a chip with an id register is named for sure, with the type that drives it") {
  PlayedBus bus;
  bus.chips = {{0x29, {{0xB2, 0}, {0x92, 0}, {0xC0, 0xEE}}}, {0x76, {{0xD0, 0x58}}}, {0x77, {{0xD0, 0x60}}}};
  const auto result = scan(bus);
  REQUIRE(result.found.size() == 3);
  CHECK(result.found[0].chip->name == "VL53L0X");
  CHECK(result.found[0].type.empty());
  CHECK(result.found[1].chip->name == "BMP280");
  CHECK(result.found[1].type == "bmp280");
  CHECK(result.found[1].likely.empty());
  CHECK(result.found[2].chip->name == "BME280");
  CHECK(result.found[2].type == "bme280");
  CHECK(bus.registers.count({0x77, 0x00}) == 0);  // known by then
}

TEST_CASE("a chip that says something else is none of those that would have said their name") {
  PlayedBus bus;
  bus.chips = {{0x77, {{0xD0, 0x12}, {0x00, 0x12}}}};
  const auto found = scan(bus).found;
  REQUIRE(found.size() == 1);
  CHECK(found[0].chip == nullptr);
  CHECK(names(found[0].likely) ==
        std::set<std::string>{"DPS310", "MS5611", "HT16K33", "TCA9548A"});  // 0x0D gave no answer
}

TEST_CASE("no register is read of a chip that the table does not know, or knows by its address only") {
  PlayedBus bus;
  bus.chips = {{0x0B, {}}, {0x27, {}}, {0x68, {}}};
  const auto found = scan(bus).found;
  REQUIRE(found.size() == 3);
  CHECK(found[0].likely.empty());
  CHECK(names(found[1].likely) == std::set<std::string>{"PCF8574", "MCP23017"});
  CHECK(names(found[2].likely).count("DS3231") == 1);
  CHECK(bus.registers.empty());
}

TEST_CASE("what a kernel driver holds is not asked") {
  const TemporaryFolder folder;
  const DeviceFiles files{folder.path() / "dev", folder.path() / "sys"};
  folder.write("sys/bus/i2c/drivers/lm75/bind", "");
  folder.write("sys/bus/i2c/drivers/bmp280/bind", "");
  folder.write("sys/bus/i2c/devices/1-0048/hwmon/hwmon3/name", "lm75\n");
  folder.write("sys/bus/i2c/devices/1-0076/iio:device0/name", "bmp280\n");
  for (const auto& [device, driver] : {std::pair{"1-0048", "lm75"}, std::pair{"1-0076", "bmp280"}}) {
    std::filesystem::create_directory_symlink(files.sys / "bus/i2c/drivers" / driver,
                                              files.sys / "bus/i2c/devices" / device / "driver");
  }
  PlayedBus bus;
  bus.held = {0x48, 0x70, 0x76};
  const auto found = scan(bus, files).found;
  REQUIRE(found.size() == 3);
  CHECK(found[0].driver == "lm75");
  CHECK(found[0].type == "hwmon");
  CHECK(found[1].driver == "?");
  CHECK(found[1].type.empty());
  CHECK(found[2].driver == "bmp280");
  CHECK(found[2].type == "iio");
  CHECK(bus.written.count(0x48) + bus.read.count(0x48) == 0);
}

TEST_CASE("a bus that hangs is not asked to the end") {
  PlayedBus bus;
  for (int address = 0x20; address < 0x78; ++address) bus.errors[address] = ETIMEDOUT;
  bus.chips[0x10] = {};
  const auto result = scan(bus);
  CHECK(result.found.size() == 1);
  CHECK_THAT(result.problem, Contains("i2c-1: ") && Contains("timed out") && Contains("0x22"));
  CHECK(*bus.written.rbegin() == 0x22);
}

TEST_CASE("one address that gives errors hides no other; drivers that know no better error give EIO") {
  PlayedBus bus;
  bus.errors = {{0x20, ETIMEDOUT}, {0x21, ETIMEDOUT}};
  for (int address = 0x28; address < 0x70; ++address) bus.errors[address] = EIO;
  bus.chips[0x77] = {};
  const auto result = scan(bus);
  CHECK(result.problem.empty());
  CHECK(result.found.size() == 1);
}

TEST_CASE("a line of data that is held low looks like a chip at every address") {
  PlayedBus bus;
  bus.all_answer = true;
  const auto result = scan(bus);
  CHECK(result.found.empty());
  CHECK_THAT(result.problem, Contains("every address answers"));
}

TEST_CASE("buses without a file, and files that are no bus") {
  const TemporaryFolder folder;
  const DeviceFiles files{folder.path() / "dev", folder.path() / "sys"};
  folder.write("dev/i2c-2", "");
  folder.write("sys/bus/i2c/devices/i2c-1/name", "first adapter\n");
  folder.write("sys/bus/i2c/devices/i2c-2/name", "second adapter\n");
  I2cLocks locks;
  const auto scans = scan_i2c(files, locks);
  REQUIRE(scans.size() == 2);
  CHECK(scans[0].bus.adapter == "first adapter");
  CHECK_THAT(scans[0].problem, Contains("load the kernel module i2c-dev"));
  CHECK_THAT(scans[1].problem, Contains("is no I²C bus"));
  CHECK_THROWS_WITH(scan_i2c_bus("i2c-3", files, locks),
                    Contains("here are: i2c-1 (first adapter), i2c-2 (second adapter)"));
  CHECK_THROWS_AS(scan_i2c_bus("../i2c-1", files, locks), m2ag::ConfigError);
  CHECK(scan_i2c({"/nowhere", "/nowhere"}, locks).empty());
}

TEST_CASE("as JSON") {
  PlayedBus bus;
  bus.chips = {{0x23, {}}, {0x76, {{0xD0, 0x58}}}};
  bus.held = {0x48};
  const auto json = i2c_json({scan(bus)});
  CHECK(json.at(0).at("bus") == "i2c-1");
  CHECK(json.at(0).at("adapter") == "played");
  CHECK(json.at(0).at("problem").is_null());
  const auto& found = json.at(0).at("found");
  REQUIRE(found.size() == 3);
  CHECK(found.at(0).at("likely").at(0) == nlohmann::json{{"chip", "BH1750"}, {"what", "light"}, {"type", nullptr}});
  CHECK(found.at(1).at("driver") == "?");
  CHECK(found.at(2) == nlohmann::json{{"address", "0x76"},
                                      {"driver", nullptr},
                                      {"chip", "BMP280"},
                                      {"type", "bmp280"},
                                      {"likely", nlohmann::json::array()}});
}
