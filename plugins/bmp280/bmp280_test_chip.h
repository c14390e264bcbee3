// For the tests: chips whose registers hold what the test puts there, and a component on a fake bus with such a chip.
#pragma once

#include <m2ag/testing.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

namespace bmp280::test {

constexpr m2ag::I2cConfig on_bus(std::uint8_t address) { return {"i2c-1", address}; }

/// A register file with the worked example of the datasheet (§3.12), as i2c-stub has it: it changes only by what is written.
class ExampleChip : public m2ag::SimulatedI2cChip {
 public:
  ExampleChip() {
    set_calibration({27504, 26435, -1000, 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000});
    registers[0xD0] = 0x58;
    set_reading(415148, 519888);
  }
  /// T1 to T3, P1 to P9.
  void set_calibration(const std::array<int, 12>& words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      registers[0x88 + 2 * i] = static_cast<std::uint8_t>(words[i]);
      registers[0x89 + 2 * i] = static_cast<std::uint8_t>(words[i] >> 8);
    }
  }
  /// H1 to H6, which makes it a BME280.
  void set_humidity_calibration(const std::array<int, 6>& h) {
    registers[0xD0] = 0x60;
    registers[0xA1] = static_cast<std::uint8_t>(h[0]);
    registers[0xE1] = static_cast<std::uint8_t>(h[1]);
    registers[0xE2] = static_cast<std::uint8_t>(h[1] >> 8);
    registers[0xE3] = static_cast<std::uint8_t>(h[2]);
    registers[0xE4] = static_cast<std::uint8_t>(h[3] >> 4);
    registers[0xE5] = static_cast<std::uint8_t>((h[3] & 15) | (h[4] & 15) << 4);
    registers[0xE6] = static_cast<std::uint8_t>(h[4] >> 4);
    registers[0xE7] = static_cast<std::uint8_t>(h[5]);
  }
  void set_reading(std::uint32_t pressure, std::uint32_t temperature, std::uint32_t humidity = 0x8000) {
    for (std::size_t i = 0; i < 3; ++i) {
      registers[0xF7 + i] = static_cast<std::uint8_t>(pressure << 4 >> (16 - 8 * i));
      registers[0xFA + i] = static_cast<std::uint8_t>(temperature << 4 >> (16 - 8 * i));
    }
    registers[0xFD] = static_cast<std::uint8_t>(humidity >> 8);
    registers[0xFE] = static_cast<std::uint8_t>(humidity);
  }
  std::uint8_t read(std::uint8_t reg) override {
    if (dead) throw m2ag::DeviceError("no device answered at 0x76 on i2c-1");
    return registers[reg];
  }
  void write(std::uint8_t reg, std::uint8_t value) override {
    if (dead) throw m2ag::DeviceError("no device answered at 0x76 on i2c-1");
    registers[reg] = value;
  }
  std::array<std::uint8_t, 256> registers{};
  bool dead = false;
};

/// A component of the plugin, and a chip at 0x76.
template <class Chip>
struct Device {
  m2ag::testing::FakeContext context;
  m2ag::testing::DescribedPlugin plugin{m2ag_plugin};
  std::shared_ptr<Chip> chip;
  std::unique_ptr<m2ag::Component> component;

  Device(std::shared_ptr<Chip> used, const std::string& type, const m2ag::Value::Map& settings)
      : chip(std::move(used)) {
    context.attach_chip(on_bus(0x76), chip);
    component = plugin.create(type, context, settings);
  }
  void sample() { dynamic_cast<m2ag::Sensor&>(*component).sample(); }
  double last(const char* channel) const { return context.last(channel).as_number(); }
  bool has(const char* channel) const { return !context.last(channel).is_null(); }
};

struct ExampleDevice : Device<ExampleChip> {
  explicit ExampleDevice(const m2ag::Value::Map& settings = {}, const std::string& type = "bmp280")
      : Device(std::make_shared<ExampleChip>(), type, settings) {
    if (type == "bme280") chip->set_humidity_calibration({75, 355, 0, 334, 50, 30});
  }
};

}  // namespace bmp280::test
