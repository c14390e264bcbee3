// The machine that m2ag runs on: temperature, load, memory, disk, and whether a Raspberry Pi gets enough power. Only what this machine has is
// published.
#include <m2ag/m2ag.h>
#include <m2ag/sysfs.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "proc.h"

namespace {

namespace sysfs = m2ag::sysfs;

const std::string kZones = "/sys/class/thermal";
const std::string kHwmon = "/sys/class/hwmon";
const std::string kPlatform = "/sys/bus/platform/devices";
const std::string kFrequency = "/sys/devices/system/cpu/cpu0/cpufreq";

/// Thermal zones that are the processor, and the hwmon chips of processors, the first that is there counts.
constexpr std::array<std::string_view, 7> kProcessorZones = {
    "cpu-thermal", "cpu_thermal", "x86_pkg_temp", "soc-thermal", "soc_thermal", "cpu0-thermal", "package-thermal"};
constexpr std::array<std::string_view, 3> kProcessorChips = {"coretemp", "k10temp", "cpu_thermal"};

/// Bits of the firmware's GET_THROTTLED.
struct Trouble {
  unsigned int bit;
  const char* channel;
  const char* text;
};
constexpr std::array<Trouble, 8> kTroubles = {{
    {0, "under-voltage", "the supply is below 4.63 V"},
    {1, "frequency-capped", "the processor's frequency is capped"},
    {2, "throttled", "the processor is slowed down"},
    {3, "temperature-limited", "the soft temperature limit is reached"},
    {16, "under-voltage-since-boot", "the supply was too low since the boot"},
    {17, "frequency-capped-since-boot", "the frequency was capped since the boot"},
    {18, "throttled-since-boot", "the processor was slowed down since the boot"},
    {19, "temperature-limited-since-boot", "the soft temperature limit was reached since the boot"},
}};

std::string read_proc(const char* name) {
  std::ifstream file(std::string("/proc/") + name);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) throw m2ag::DeviceError(std::string("/proc/") + name + " cannot be read");
  return text.str();
}

class System final : public m2ag::Component, public m2ag::Sensor {
 public:
  struct Params {
    std::string disk = "/";
    std::string thermal_zone;
  };

  System(m2ag::Context& context, Params params) : Component(context), params_(std::move(params)) {}

  void start() override {
    temperature_file_ = params_.thermal_zone.empty() ? processor_temperature() : zone_of_user();
    throttled_file_ = firmware_file();
    voltage_alarm_file_ = hwmon_file("rpi_volt", "in0_lcrit_alarm");
    has_frequency_ = sysfs::has(sysfs::names_in(context(), kFrequency), "scaling_cur_freq");
    ticks_.reset();
  }

  void sample() override {
    // Everything is read before anything is published: a failed reading leaves no half of a picture.
    const auto load = proc::load(read_proc("loadavg"));
    const auto memory = proc::memory(read_proc("meminfo"));
    const auto ticks = proc::ticks(read_proc("stat"));
    const double uptime = proc::uptime(read_proc("uptime"));
    const auto disk = disk_space();
    const auto temperature = optional_number(temperature_file_);
    const auto frequency = has_frequency_ ? optional_number(kFrequency + "/scaling_cur_freq") : std::nullopt;
    const auto troubles = power_troubles();

    publish("load-1m", load[0]);
    publish("load-5m", load[1]);
    publish("load-15m", load[2]);
    publish("memory-used", memory.used_percent);
    publish("memory-available", memory.available_mib);
    publish_if("swap-used", memory.swap);
    if (ticks_) publish_if("cpu-usage", proc::usage(*ticks_, ticks));
    ticks_ = ticks;
    publish("uptime", uptime);
    publish_disk(disk);
    if (temperature) publish("cpu-temperature", *temperature / 1000);
    if (frequency) publish("cpu-frequency", *frequency / 1000);
    for (const auto& [channel, now] : troubles) publish(channel, now);
  }

 private:
  void publish_if(const char* channel, const std::optional<double>& value) {
    if (value) publish(channel, *value);
  }

  std::optional<double> optional_number(const std::string& file) const {
    if (file.empty()) return std::nullopt;
    return sysfs::read_number(context(), file);
  }

  /// The kinds of the thermal zones and their files, in the order of the folders: their numbers change.
  std::vector<std::pair<std::string, std::string>> zones() const {
    std::vector<std::pair<std::string, std::string>> zones;
    for (const std::string& entry : sysfs::names_in(context(), kZones)) {
      if (!entry.starts_with("thermal_zone")) continue;
      const std::string folder = sysfs::path_of(kZones, entry);
      zones.emplace_back(context().sysfs_read(folder + "/type"), folder + "/temp");
    }
    return zones;
  }

  std::string zone_of_user() const {
    std::vector<std::string> types;
    for (const auto& [type, file] : zones()) {
      if (type == params_.thermal_zone) return file;
      types.push_back(type);
    }
    throw m2ag::DeviceError("no thermal zone \"" + params_.thermal_zone + "\"; there are " + sysfs::joined(types));
  }

  /// Empty: this machine shows none.
  std::string processor_temperature() const {
    const auto zones = this->zones();
    for (const std::string_view wanted : kProcessorZones) {
      for (const auto& [type, file] : zones) {
        if (type == wanted) return file;
      }
    }
    for (const std::string_view chip : kProcessorChips) {
      if (auto file = hwmon_file(chip, "temp1_input"); !file.empty()) return file;
    }
    return {};
  }

  std::string hwmon_file(std::string_view chip, const char* file) const {
    for (const std::string& entry : sysfs::names_in(context(), kHwmon)) {
      const std::string folder = sysfs::path_of(kHwmon, entry);
      const auto files = sysfs::names_in(context(), folder);
      if (sysfs::has(files, "name") && sysfs::has(files, file) && context().sysfs_read(folder + "/name") == chip)
        return folder + "/" + file;
    }
    return {};
  }

  /// "soc:firmware" and, on a Raspberry Pi 5, "soc@107c000000:firmware".
  std::string firmware_file() const {
    for (const std::string& device : sysfs::names_in(context(), kPlatform)) {
      if (!device.ends_with("firmware")) continue;
      const std::string folder = sysfs::path_of(kPlatform, device);
      if (sysfs::has(sysfs::names_in(context(), folder), "get_throttled")) return folder + "/get_throttled";
    }
    return {};
  }

  std::vector<std::pair<const char*, bool>> power_troubles() const {
    std::vector<std::pair<const char*, bool>> troubles;
    if (!throttled_file_.empty()) {
      const std::string text = context().sysfs_read(throttled_file_);
      std::string_view digits = text;  // hexadecimal
      if (digits.starts_with("0x")) digits.remove_prefix(2);
      std::uint32_t bits = 0;
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits, 16);
      if (error != std::errc() || end != digits.data() + digits.size())
        throw m2ag::DeviceError(throttled_file_ + ": expected hexadecimal digits, found \"" + text + "\"");
      for (const Trouble& trouble : kTroubles) troubles.emplace_back(trouble.channel, (bits >> trouble.bit & 1) != 0);
    } else if (!voltage_alarm_file_.empty()) {
      troubles.emplace_back("under-voltage", sysfs::read_number(context(), voltage_alarm_file_) != 0);
    }
    return troubles;
  }

  std::filesystem::space_info disk_space() const {
    std::error_code error;
    const auto space = std::filesystem::space(params_.disk, error);
    if (error) throw m2ag::DeviceError("disk " + params_.disk + ": " + error.message());
    if (space.capacity == 0) throw m2ag::DeviceError("disk " + params_.disk + ": has no size, it is no disk");
    return space;
  }

  void publish_disk(const std::filesystem::space_info& space) {
    // As df(1): what is kept for root counts neither as used nor as free.
    const auto used = static_cast<double>(space.capacity - space.free);
    const auto available = static_cast<double>(space.available);
    publish("disk-used", used + available > 0 ? 100 * used / (used + available) : 100.0);
    publish("disk-free", available / (1024.0 * 1024 * 1024));
  }

  const Params params_;
  std::string temperature_file_, throttled_file_, voltage_alarm_file_;  ///< each empty when there is none
  bool has_frequency_ = false;
  std::optional<proc::Ticks> ticks_;  ///< at the sample before
};

}  // namespace

M2AG_PLUGIN("system", "1.0.0", plugin) {
  using Params = System::Params;
  auto component = plugin.component<System>("system", "This machine: temperature, load, memory, disk and power supply");
  component.param("disk", &Params::disk, "a folder on the disk whose space is measured")
      .param(
          "thermal_zone", &Params::thermal_zone,
          "kind of the thermal zone, as /sys/class/thermal/thermal_zone*/type says; without it that of the processor")
      .example("cpu-thermal")
      .interval(std::chrono::seconds(30))
      .channel("cpu-temperature", "°C", "temperature of the processor")
      .quantity("temperature")
      .precision(1)
      .channel("cpu-usage", "%", "how busy the processors were since the last sample")
      .precision(1)
      .channel("cpu-frequency", "MHz", "frequency of the first processor")
      .quantity("frequency")
      .precision(0)
      .channel("load-1m", "", "processes that want to run, mean of 1 minute")
      .precision(2)
      .channel("load-5m", "", "processes that want to run, mean of 5 minutes")
      .precision(2)
      .channel("load-15m", "", "processes that want to run, mean of 15 minutes")
      .precision(2)
      .channel("memory-used", "%", "memory that programs cannot get any more")
      .precision(1)
      .channel("memory-available", "MiB", "memory that programs can get")
      .quantity("data_size")
      .precision(0)
      .channel("swap-used", "%", "swap in use")
      .precision(1)
      .channel("disk-used", "%", "space of the disk in use")
      .precision(1)
      .channel("disk-free", "GiB", "space of the disk that programs can get")
      .quantity("data_size")
      .precision(2)
      .channel("uptime", "s", "time since the boot")
      .quantity("duration")
      .precision(0);
  for (const Trouble& trouble : kTroubles) component.boolean(trouble.channel, trouble.text).quantity("problem");
}
