// Section numbers are those of the datasheet BST-BMP280-DS001 (revision 1.19), where not said otherwise.
#include "bmp280_driver.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <span>
#include <thread>
#include <utility>

namespace bmp280 {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kStartUp{2};    // §1, table 2
constexpr milliseconds kPatience{20};  // beyond the times of the datasheet

// How far the humidity's formula may go beyond 0 and 100 % in wet or dry air; farther is a fault.
constexpr double kHumidityOverrun = 25;

std::string hex(unsigned int byte) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "0x%02x", byte & 0xFFU);
  return text.data();
}

/// The chips that keep their id at 0xD0 and sit at these addresses too; empty for an id that none of them has. 0x56 and 0x57 are the
/// BMP280's first samples.
std::string chip_with_id(std::uint8_t id) {
  switch (id) {
    case 0x50: return "BMP388";
    case 0x55: return "BMP180";
    case 0x56:
    case 0x57:
    case 0x58: return "BMP280";
    case 0x60: return "BME280";
    case 0x61: return "BME680";
    default: return {};
  }
}

/// Those that keep it at 0x00 (BST-BMP388-DS001 §4.3.1, BST-BMP390-DS002 §4.3.1).
std::string chip_with_id_at_0(std::uint8_t id) { return id == 0x50 ? "BMP388" : id == 0x60 ? "BMP390" : ""; }

}  // namespace

Driver::Driver(const Model& model, const Settings& settings, std::unique_ptr<m2ag::I2cDevice> device,
               std::uint8_t address)
    : model_(model),
      settings_(settings),
      bytes_(control_bytes(model, settings)),
      address_(address),
      device_(std::move(device)) {}

void Driver::set_up() {
  ready_ = false;
  check_id();
  device_->write_byte(kResetRegister, kResetWord);
  std::this_thread::sleep_for(kStartUp);
  wait_until_clear(kStatusCopying, kPatience, "its calibration did not get ready after a reset");
  read_calibration();
  // Only in sleep mode, as it is now, are writes to config sure to count (§4.3.5); ctrl_hum counts from the next write to ctrl_meas on
  // (BME280 §5.4.3). ctrl_meas is written in forced mode too: it is never 0 then, as it is after a loss of supply.
  device_->write_byte(kConfigRegister, bytes_.config);
  if (model_.humidity) device_->write_byte(kHumidityControlRegister, bytes_.humidity);
  device_->write_byte(kControlRegister, bytes_.measurement);
  first_ready_ = steady_clock::now() + longest_time(settings_.oversampling);
  ready_ = true;
}

bool Driver::in_order() {
  if (!std::exchange(ready_, false)) return false;  // and should the next line throw
  ready_ = settings_are_there();
  return ready_;
}

Reading Driver::measure() {
  ready_ = false;  // until it went well
  wait_for_measurement();
  const RawReading raw = read_raw();
  expect_measured(raw);
  const Reading reading = compensated(raw);
  ready_ = true;
  return reading;
}

void Driver::sleep() {
  ready_ = false;
  device_->write_byte(kControlRegister, static_cast<std::uint8_t>(bytes_.measurement & ~kModeMask));
}

void Driver::check_id() const {
  const std::uint8_t id = device_->read_byte(kIdRegister);
  std::string found = chip_with_id(id);
  if (found == model_.name) return;
  if (id == 0xFF) fail("the id reads as 0xff, as if no chip held the data line; is SDA wired to the right pin?");
  std::uint8_t found_id = id;
  if (found.empty()) {
    found_id = device_->read_byte(0x00);
    found = chip_with_id_at_0(found_id);
  }
  // What is said of a known chip stays until the settings change: it must not be an error of the bus.
  if (device_->read_byte(kIdRegister) != id) fail("its id reads differently each time");
  const bool known = !found.empty();
  std::string sentence = "found " + (known ? "a " + found + " (" + hex(found_id) : "an unknown chip (id " + hex(id));
  sentence += ") at " + hex(address_) + ", the descriptor says " + model_.type + " (" + hex(model_.id) + ")";
  if (!known) throw m2ag::DeviceError(sentence);
  const Model& other = model_.humidity ? kBmp280 : kBme280;
  sentence += found == other.name ? std::string("; write type: ") + other.type : "; no type of this plugin reads it";
  throw m2ag::ConfigError(sentence);
}

void Driver::read_calibration() {
  // H1 comes in one burst with the words.
  std::array<std::uint8_t, kHumidityCalibration1Register - kCalibrationRegister + 1> bytes{};
  const auto block = std::span(bytes).first(model_.humidity ? bytes.size() : kCalibrationSize);
  device_->read_block(kCalibrationRegister, block);
  const auto words = std::span(bytes).first<kCalibrationSize>();
  expect_calibration(words, kCalibrationRegister);
  calibration_ = parse_calibration(words);
  if (!model_.humidity) return;
  std::array<std::uint8_t, kHumidityCalibrationSize> humidity{};
  device_->read_block(kHumidityCalibration2Register, humidity);
  expect_calibration(humidity, kHumidityCalibration2Register);
  humidity_calibration_ = parse_humidity_calibration(bytes.back(), humidity);
}

void Driver::expect_calibration(std::span<const std::uint8_t> bytes, std::uint8_t first_register) const {
  const std::string problem = calibration_problem(bytes);
  if (problem.empty()) return;
  const auto last = first_register + static_cast<unsigned>(bytes.size()) - 1;
  fail("its calibration (" + hex(first_register) + " to " + hex(last) + ") " + problem +
       ": the chip is damaged, or the bus is");
}

bool Driver::settings_are_there() const {
  std::array<std::uint8_t, 4> there{};  // 0xF2 to 0xF5, of which a BMP280 has only the last three
  device_->read_block(kHumidityControlRegister, there);
  const auto [humidity, status, control, config] = there;
  const int compared = settings_.normal ? 0xFF : ~kModeMask;  // a forced measurement may still be on its way
  return (control & compared) == (bytes_.measurement & compared) && (config & kConfigMask) == bytes_.config &&
         (!model_.humidity || (humidity & kHumidityControlMask) == bytes_.humidity);
}

void Driver::wait_for_measurement() const {
  if (settings_.normal) return std::this_thread::sleep_until(first_ready_);
  device_->write_byte(kControlRegister, static_cast<std::uint8_t>(bytes_.measurement | kModeForced));
  const microseconds typical = typical_time(settings_.oversampling), longest = longest_time(settings_.oversampling);
  std::this_thread::sleep_for(typical);
  wait_until_clear(kStatusMeasuring, longest - typical + kPatience, "the measurement did not end");
}

void Driver::wait_until_clear(std::uint8_t bit, microseconds limit, const char* complaint) const {
  const auto deadline = steady_clock::now() + limit;
  while ((device_->read_byte(kStatusRegister) & bit) != 0) {
    if (steady_clock::now() > deadline) fail(complaint);
    std::this_thread::sleep_for(milliseconds(1));
  }
}

// In one burst, so that all values are of the same measurement (§3.10).
RawReading Driver::read_raw() const {
  std::array<std::uint8_t, 8> bytes{};
  device_->read_block(kDataRegister, std::span(bytes).first(model_.humidity ? 8 : 6));
  return parse_reading(bytes);
}

// After a reset, and for what is skipped, a value is 0x80000. But it is a value like any other too: that of some temperature between 20
// and 30 °C in most chips. So one alone counts when the chip still has the settings by which it is measured; all of them never do.
void Driver::expect_measured(const RawReading& raw) const {
  const Oversampling& wanted = settings_.oversampling;
  const bool no_temperature = raw.temperature == kSkipped;
  const bool no_pressure = raw.pressure == kSkipped, no_humidity = raw.humidity == kHumiditySkipped;
  const bool nothing = no_temperature && (no_pressure || wanted.pressure == 0) && (no_humidity || wanted.humidity == 0);
  const bool something_missing =
      no_temperature || (no_pressure && wanted.pressure > 0) || (no_humidity && wanted.humidity > 0);
  if (nothing) fail("the chip has measured nothing (raw value 0x80000)");
  if (something_missing && !settings_are_there()) fail("the chip lost its settings while it measured");
}

Reading Driver::compensated(const RawReading& raw) const {
  // The limits are what the chips can measure at all, §1 table 2 and BME280 §1; beyond them a reading is a fault of the bus or the chip.
  const double fine = fine_temperature(calibration_, raw.temperature);
  Reading reading{.temperature = celsius(fine), .pressure = {}, .humidity = {}};
  expect_range("temperature", reading.temperature, -40, 85, "°C");
  if (settings_.oversampling.pressure > 0) {
    reading.pressure = pascal(calibration_, raw.pressure, fine).value_or(0) / 100;
    expect_range("pressure", *reading.pressure, 300, 1100, "hPa");
  }
  if (settings_.oversampling.humidity > 0) {
    const double humidity = relative_humidity(humidity_calibration_, raw.humidity, fine);
    if (humidity < -kHumidityOverrun || humidity > 100 + kHumidityOverrun)
      expect_range("humidity", humidity, 0, 100, "%");
    reading.humidity = std::clamp(humidity, 0.0, 100.0);  // as the datasheet does (BME280 §8.1)
  }
  return reading;
}

void Driver::expect_range(const char* quantity, double value, double low, double high, const char* unit) const {
  if (value >= low && value <= high) return;
  std::array<char, 160> text{};
  std::snprintf(text.data(), text.size(), "%s of %.1f %s, the chip measures %g to %g %s", quantity, value, unit, low,
                high, unit);
  fail(text.data());
}

void Driver::fail(const std::string& what) const { throw m2ag::DeviceError(device_->where() + ": " + what); }

}  // namespace bmp280
