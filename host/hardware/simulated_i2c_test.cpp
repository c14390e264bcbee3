#include "hardware/simulated_i2c.h"

#include <m2ag/error.h>

#include <array>
#include <numeric>
#include <thread>
#include <vector>

#include "catch.h"

using namespace m2ag::host;

namespace {

class RegisterFile : public m2ag::SimulatedI2cChip {
 public:
  std::uint8_t read(std::uint8_t reg) override { return registers[reg]; }
  void write(std::uint8_t reg, std::uint8_t value) override { registers[reg] = value; }
  std::array<std::uint8_t, 256> registers{};
};

}  // namespace

TEST_CASE("bytes and blocks reach the chip's registers") {
  SimulatedI2c buses;
  const auto chip = std::make_shared<RegisterFile>();
  buses.add_chip("sim", 0x76, chip);
  const auto device = buses.open({"sim", 0x76});
  device->write_byte(0x10, 0xAB);
  CHECK(device->read_byte(0x10) == 0xAB);

  std::array<std::uint8_t, 32> block{};
  std::iota(block.begin(), block.end(), std::uint8_t{1});
  device->write_block(0x20, block);
  std::array<std::uint8_t, 40> read{};
  device->read_block(0x20, read);
  CHECK(std::equal(block.begin(), block.end(), read.begin()));
  CHECK_THROWS_AS(device->write_block(0x20, std::vector<std::uint8_t>(33)), m2ag::DeviceError);
  CHECK(device->where() == "0x76 on sim");
}

TEST_CASE("nothing at the address") {
  SimulatedI2c buses;
  buses.add_chip("sim", 0x76, std::make_shared<RegisterFile>());
  const auto device = buses.open({"sim", 0x77});
  CHECK_THROWS_WITH(device->read_byte(0), "no device answered at 0x77 on sim; on this simulated bus are: 0x76");
  buses.add_chip("sim", 0x77, std::make_shared<RegisterFile>());
  CHECK(device->read_byte(0) == 0);
  buses.clear();
  CHECK_THROWS_AS(device->read_byte(0), m2ag::DeviceError);
  CHECK_FALSE(buses.has_bus("sim"));
}

TEST_CASE("a block is one transfer: another thread's write does not come in between") {
  SimulatedI2c buses;
  const auto chip = std::make_shared<RegisterFile>();
  buses.add_chip("sim", 0x76, chip);
  std::jthread writer([&](const std::stop_token& stop) {
    const auto device = buses.open({"sim", 0x76});
    std::array<std::uint8_t, 16> block{};
    while (!stop.stop_requested()) {
      block.fill(static_cast<std::uint8_t>(block[0] + 1));
      device->write_block(0, block);
    }
  });
  const auto device = buses.open({"sim", 0x76});
  for (int i = 0; i < 2000; ++i) {
    std::array<std::uint8_t, 16> block{};
    device->read_block(0, block);
    REQUIRE(std::adjacent_find(block.begin(), block.end(), std::not_equal_to<>()) == block.end());
  }
}
