// Thermometers on a 1-wire bus, the DS18B20 family, read by the kernel's w1_therm driver. The file `w1_slave` is read and not
// `temperature`: only the first shows the checksum's verdict (Documentation/w1/slaves/w1_therm.rst and the driver's source).
#include <m2ag/m2ag.h>
#include <m2ag/sysfs.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

namespace sysfs = m2ag::sysfs;

const std::string kDevices = "/sys/bus/w1/devices";

struct Family {
  std::string_view code;    // before the dash of a sensor's id
  double coldest, hottest;  // °C, what it can measure
};

constexpr std::array<Family, 5> kFamilies = {{
    {"10", -55, 125},    // DS18S20, DS1820
    {"22", -55, 125},    // DS1822
    {"28", -55, 125},    // DS18B20
    {"3b", -270, 1768},  // DS1825 and, with thermocouples, MAX31850
    {"42", -40, 85},     // DS28EA00
}};

constexpr double kPowerOnValue =
    85;  // of the temperature register before the first conversion; DS18B20 datasheet, table 1
constexpr double kBelievable = 10;  // °C from one reading to the next

const Family* family_of(std::string_view id) {
  for (const Family& family : kFamilies) {
    if (id.starts_with(std::string(family.code) + "-")) return &family;
  }
  return nullptr;
}

/// What `w1_slave` says: "72 01 4b 46 7f ff 0e 10 57 : crc=57 YES" and, in a second line, "… t=23125".
struct Reading {
  std::array<std::uint8_t, 9> bytes{};
  bool crc_good = false;
  double celsius = 0;
};

std::optional<Reading> parse(const std::string& text) {
  std::istringstream stream(text);
  std::string first, second, word;
  std::getline(stream, first);
  std::getline(stream, second);
  Reading reading;
  std::istringstream words(first);
  for (std::uint8_t& byte : reading.bytes) {
    unsigned int number = 0;
    if (!(words >> std::hex >> number) || number > 0xff) return std::nullopt;
    byte = static_cast<std::uint8_t>(number);
  }
  std::string colon, sum, verdict;
  words >> colon >> sum >> verdict;
  if (colon != ":" || !sum.starts_with("crc=") || (verdict != "YES" && verdict != "NO")) return std::nullopt;
  reading.crc_good = verdict == "YES";
  const auto equals = second.rfind("t=");
  if (equals == std::string::npos) return std::nullopt;
  const auto thousandths = sysfs::number_in(std::string_view(second).substr(equals + 2));
  if (!thousandths) return std::nullopt;
  reading.celsius = *thousandths / 1000;
  return reading;
}

class Thermometer final : public m2ag::Component, public m2ag::Sensor {
 public:
  struct Params {
    std::string sensor;
    std::optional<int> resolution;
  };

  Thermometer(m2ag::Context& context, Params params) : Component(context), params_(std::move(params)) {
    if (!params_.sensor.empty() && family_of(params_.sensor) == nullptr) {
      throw m2ag::ConfigError(
          "sensor: expected a thermometer's id such as 28-0316a2798bff (families 10, 22, 28, 3b, 42), found \"" +
          params_.sensor + "\"");
    }
  }

  void start() override {
    id_ = find();
    last_.reset();
    if (!params_.resolution) return;
    if (!sysfs::has(sysfs::names_in(context(), folder()), "resolution"))
      throw m2ag::ConfigError("resolution: the kernel's driver cannot set that of " + id_ + "; leave it out");
    context().sysfs_write(folder() + "/resolution", std::to_string(*params_.resolution));
  }

  void sample() override {
    const std::string text = context().sysfs_read(folder() + "/w1_slave");
    const auto reading = parse(text);
    if (!reading) fail("gave no reading, found \"" + text + "\"; is it still connected?");
    if (!reading->crc_good)
      fail("the checksum (crc) of the reading is wrong; check the wires and the pull-up resistor");
    check_bytes(*reading);
    check_value(reading->celsius);
    last_ = reading->celsius;
    publish("temperature", reading->celsius);
  }

 private:
  std::string folder() const { return kDevices + "/" + id_; }
  [[noreturn]] void fail(const std::string& what) const { throw m2ag::DeviceError(id_ + ": " + what); }

  std::string find() {
    std::vector<std::string> here;
    const auto devices = context().sysfs_list(kDevices);
    if (!devices) {
      throw m2ag::DeviceError(
          "this machine has no 1-wire bus; on a Raspberry Pi dtoverlay=w1-gpio in config.txt makes one");
    }
    for (const std::string& name : *devices) {
      if (family_of(name) != nullptr) here.push_back(name);
    }
    if (params_.sensor.empty()) {
      if (here.size() == 1) return here.front();
      if (here.empty())
        throw m2ag::DeviceError("no thermometer on the 1-wire bus; check the wires and the pull-up resistor");
      throw m2ag::ConfigError("sensor: there are several, say which one: " + sysfs::joined(here));
    }
    if (sysfs::has(here, params_.sensor)) return params_.sensor;
    throw m2ag::DeviceError("no thermometer " + params_.sensor + " on the 1-wire bus; there are " +
                            sysfs::joined(here));
  }

  void check_bytes(const Reading& reading) const {
    // A shorted bus reads as zeros, whose checksum is zero too: "YES", and 0 °C.
    if (std::all_of(reading.bytes.begin(), reading.bytes.end(), [](std::uint8_t byte) { return byte == 0; }))
      fail("all bytes are zero: the data wire is shorted to ground");
    const bool max31850 = id_.starts_with("3b-") && (reading.bytes[4] & 0x80) != 0;
    if (max31850 && (reading.bytes[0] & 0x01) != 0) fail("its thermocouple is open or shorted");
  }

  void check_value(double celsius) const {
    const Family& family = *family_of(id_);
    std::ostringstream text;
    text << celsius << " °C ";
    if (celsius < family.coldest || celsius > family.hottest) {
      text << "is beyond what it measures, " << family.coldest << " to " << family.hottest;
      fail(text.str());
    }
    if (celsius != kPowerOnValue || (last_ && std::abs(*last_ - celsius) <= kBelievable)) return;
    text << "is what it says after its power came on, before it has measured; check the supply";
    fail(text.str());
  }

  const Params params_;
  std::string id_;
  std::optional<double> last_;
};

}  // namespace

M2AG_PLUGIN("w1", "1.0.0", plugin) {
  using Params = Thermometer::Params;
  plugin.component<Thermometer>("w1", "Thermometer of the DS18B20 family on a 1-wire bus")
      .param("sensor", &Params::sensor,
             "its id, a folder of /sys/bus/w1/devices; may be left out when there is only one")
      .example("28-0316a2798bff")
      .param("resolution", &Params::resolution, "bits of a reading; each less halves the time of one, 750 ms with 12")
      .one_of({9, 10, 11, 12})
      .runtime()
      .interval(std::chrono::seconds(30))
      .channel("temperature", "°C", "temperature")
      .quantity("temperature")
      .precision(2);
}
