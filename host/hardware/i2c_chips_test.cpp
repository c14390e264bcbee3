#include "hardware/i2c_chips.h"

#include <algorithm>
#include <set>
#include <string>

#include "catch.h"

using namespace m2ag::host;

namespace {

std::set<std::string> names_at(std::uint8_t address) {
  std::set<std::string> names;
  for (const I2cChip* chip : i2c_chips_at(address)) names.emplace(chip->name);
  return names;
}

}  // namespace

TEST_CASE("chips at an address") {
  CHECK(names_at(0x23) == std::set<std::string>{"BH1750", "PCF8574", "MCP23017"});
  CHECK(names_at(0x5C) == std::set<std::string>{"BH1750", "MPR121"});
  CHECK(names_at(0x3C) == std::set<std::string>{"SSD1306", "PCF8574A"});
  CHECK(names_at(0x76).count("BMP280") == 1);
  CHECK(names_at(0x76).count("BMP180") == 0);
  CHECK(names_at(0x08).empty());
  CHECK(names_at(0x00).empty());
}

TEST_CASE("the table is whole: each chip once, at addresses that are scanned") {
  std::set<std::string> seen;
  for (const I2cChip& chip : i2c_chips()) {
    INFO(std::string(chip.name));
    CHECK(seen.emplace(chip.name).second);
    CHECK_FALSE(chip.what.empty());
    CHECK(chip.addresses[0].first != 0);
    for (const auto& range : chip.addresses) {
      if (range.last == 0) continue;
      CHECK(range.first <= range.last);
      CHECK(range.first >= 0x08);
      CHECK(range.last <= 0x77);
    }
  }
}

TEST_CASE("two chips that share an address and a register differ in what it says") {
  for (const I2cChip& chip : i2c_chips()) {
    for (const I2cChip& other : i2c_chips()) {
      if (&chip == &other || !chip.id || !other.id || chip.id->reg != other.id->reg) continue;
      INFO(std::string(chip.name) << " and " << std::string(other.name));
      const bool meet = other.may_be_at(chip.addresses[0].first) || chip.may_be_at(other.addresses[0].first);
      CHECK_FALSE((meet && chip.id->value == other.id->value));
    }
  }
}

TEST_CASE("no register is asked for where a chip may be that acts on the byte that asks") {
  const std::set<std::string> acting = {"PCF8574", "PCF8574A", "PCF8591", "MCP3421", "HTU21/SI7021", "BH1750"};
  for (const I2cChip& chip : i2c_chips()) {
    if (acting.count(std::string(chip.name)) == 0) continue;
    for (const auto& range : chip.addresses) {
      for (int address = range.first; address != 0 && address <= range.last; ++address) {
        const auto chips = i2c_chips_at(static_cast<std::uint8_t>(address));
        INFO(std::string(chip.name) << " at " << address);
        CHECK(std::none_of(chips.begin(), chips.end(), [](const I2cChip* each) { return each->id.has_value(); }));
      }
    }
  }
}
