#include "hardware/i2c_chips.h"

#include <algorithm>

namespace m2ag::host {

namespace {

// To ask for a register one byte is written first. Some chips act on one: a PCF8574 switches its outputs, an MCP3421 its settings. So no chip
// has an id here whose address is theirs too, which is why nothing is read at 0x20 to 0x27, 0x38 to 0x3f and 0x68 to 0x6f. The Bosch sensors are
// worth an exception: a TCA9548A at their two addresses, the last it can have, would take their register for channels to switch on.
constexpr I2cChip kChips[] = {
    {"BME280", "temperature, humidity, pressure", {{{0x76, 0x77}}}, I2cId{0xD0, 0x60}, "bme280"},
    {"BMP280", "temperature, pressure", {{{0x76, 0x77}}}, I2cId{0xD0, 0x58}, "bmp280"},
    {"BME680", "temperature, humidity, pressure, gas", {{{0x76, 0x77}}}, I2cId{0xD0, 0x61}},
    {"BMP180", "temperature, pressure", {{{0x77, 0x77}}}, I2cId{0xD0, 0x55}},
    {"BMP388", "temperature, pressure", {{{0x76, 0x77}}}, I2cId{0x00, 0x50}},
    {"BMP390", "temperature, pressure", {{{0x76, 0x77}}}, I2cId{0x00, 0x60}},
    {"DPS310", "temperature, pressure", {{{0x76, 0x77}}}, I2cId{0x0D, 0x10}},
    {"MS5611", "temperature, pressure", {{{0x76, 0x77}}}},
    {"SHT3x", "temperature, humidity", {{{0x44, 0x45}}}},
    {"SHT4x", "temperature, humidity", {{{0x44, 0x46}}}},
    {"SHTC3", "temperature, humidity", {{{0x70, 0x70}}}},
    {"AHT10/AHT20", "temperature, humidity", {{{0x38, 0x38}}}},
    {"HTU21/SI7021", "temperature, humidity", {{{0x40, 0x40}}}},
    {"LM75/TMP102", "temperature", {{{0x48, 0x4F}}}},
    {"MCP9808", "temperature", {{{0x18, 0x1F}}}},
    {"MLX90614", "temperature at a distance", {{{0x5A, 0x5A}}}},
    {"SCD4x", "CO2", {{{0x62, 0x62}}}},
    {"SCD30", "CO2", {{{0x61, 0x61}}}},
    {"CCS811", "air quality", {{{0x5A, 0x5B}}}, I2cId{0x20, 0x81}},
    {"SGP30", "air quality", {{{0x58, 0x58}}}},
    {"SGP40/SGP41", "air quality", {{{0x59, 0x59}}}},
    {"ENS160", "air quality", {{{0x52, 0x53}}}},
    {"SEN5x/SPS30", "fine dust", {{{0x69, 0x69}}}},
    {"BH1750", "light", {{{0x23, 0x23}, {0x5C, 0x5C}}}},
    {"VEML7700", "light", {{{0x10, 0x10}}}},
    {"TSL2561", "light", {{{0x29, 0x29}, {0x39, 0x39}}}},
    {"TSL2591", "light", {{{0x29, 0x29}}}, I2cId{0xB2, 0x50}},
    {"TCS34725", "colour", {{{0x29, 0x29}}}, I2cId{0x92, 0x44}},
    {"TCS34727", "colour", {{{0x29, 0x29}}}, I2cId{0x92, 0x4D}},
    {"APDS9960", "gesture, colour", {{{0x39, 0x39}}}},
    {"VL53L0X", "distance", {{{0x29, 0x29}}}, I2cId{0xC0, 0xEE}},
    {"VL53L1X", "distance", {{{0x29, 0x29}}}},
    {"DS3231", "clock", {{{0x68, 0x68}}}},
    {"DS1307", "clock", {{{0x68, 0x68}}}},
    {"PCF8523", "clock", {{{0x68, 0x68}}}},
    {"PCF8563", "clock", {{{0x51, 0x51}}}},
    {"MPU6050", "acceleration, rotation", {{{0x68, 0x69}}}},
    {"BNO055", "orientation", {{{0x28, 0x29}}}, I2cId{0x00, 0xA0}},
    {"LIS3DH", "acceleration", {{{0x18, 0x19}}}, I2cId{0x0F, 0x33}},
    {"ADXL345", "acceleration", {{{0x53, 0x53}, {0x1D, 0x1D}}}},
    {"HMC5883L", "magnetic field", {{{0x1E, 0x1E}}}, I2cId{0x0A, 0x48}},
    {"QMC5883L", "magnetic field", {{{0x0D, 0x0D}}}},
    {"ADS1115", "voltage", {{{0x48, 0x4B}}}},
    {"PCF8591", "voltage", {{{0x48, 0x4F}}}},
    {"MCP3421", "voltage", {{{0x68, 0x6F}}}},
    {"INA219/INA226", "current", {{{0x40, 0x4F}}}},
    {"INA3221", "current", {{{0x40, 0x43}}}},
    {"MAX17048", "battery", {{{0x36, 0x36}}}},
    {"MCP4725", "voltage output", {{{0x60, 0x67}}}},
    {"PCA9685", "PWM outputs", {{{0x40, 0x4F}, {0x70, 0x70}}}},
    {"PCF8574", "inputs and outputs", {{{0x20, 0x27}}}},
    {"PCF8574A", "inputs and outputs", {{{0x38, 0x3F}}}},
    {"MCP23017", "inputs and outputs", {{{0x20, 0x27}}}},
    {"SSD1306", "display", {{{0x3C, 0x3D}}}},
    {"HT16K33", "display", {{{0x70, 0x77}}}},
    {"TCA9548A", "bus multiplexer", {{{0x70, 0x77}}}},
    {"MPR121", "touch", {{{0x5A, 0x5D}}}},
    {"AS5600", "angle", {{{0x36, 0x36}}}},
    {"MAX30102", "pulse", {{{0x57, 0x57}}}},
    {"SI5351", "clock generator", {{{0x60, 0x60}}}},
    {"ATECC608", "keys", {{{0x60, 0x60}}}},
    {"AT24C EEPROM", "memory", {{{0x50, 0x57}}}},
    {"screen", "its description, on a bus of HDMI or DVI", {{{0x50, 0x50}, {0x37, 0x37}}}},
};

}  // namespace

bool I2cChip::may_be_at(std::uint8_t address) const {
  return std::any_of(addresses.begin(), addresses.end(), [address](const Addresses& range) {
    return range.last != 0 && range.first <= address && address <= range.last;
  });
}

std::span<const I2cChip> i2c_chips() { return kChips; }

std::vector<const I2cChip*> i2c_chips_at(std::uint8_t address) {
  std::vector<const I2cChip*> chips;
  for (const I2cChip& chip : kChips) {
    if (chip.may_be_at(address)) chips.push_back(&chip);
  }
  return chips;
}

}  // namespace m2ag::host
