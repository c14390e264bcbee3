// Chips of the kernel's hwmon drivers: temperatures, fans, voltages, currents, power, humidity. Units and file names are those of the
// kernel's Documentation/hwmon/sysfs-interface.rst.
#include <m2ag/m2ag.h>
#include <m2ag/sysfs.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

namespace sysfs = m2ag::sysfs;

struct Kind {
  std::string_view prefix;   // of its files: temp1_input
  std::string_view channel;  // where it is published
  double divisor;            // from the driver's unit to that of the channel
};

constexpr std::array<Kind, 8> kKinds = {{
    {"temp", "temperature", 1e3},
    {"fan", "fan", 1},
    {"in", "voltage", 1e3},
    {"curr", "current", 1e3},
    {"power", "power", 1e6},
    {"humidity", "humidity", 1e3},
    {"energy", "energy", 3.6e12},  // µJ to kWh
    {"freq", "frequency", 1},
}};

/// One value of the chip: "temp1".
struct Input {
  std::string name;
  const Kind* kind = nullptr;
  int number = 0;
  std::string file;  // "temp1_input"
};

/// What the name of a value file says; nothing for limits, alarms and other files.
std::optional<Input> input_of_file(std::string_view file) {
  const auto underscore = file.find('_');
  if (underscore == std::string_view::npos) return std::nullopt;
  const std::string_view name = file.substr(0, underscore), suffix = file.substr(underscore);
  // Some power sensors give only the mean since the last reading.
  if (suffix != "_input" && !(suffix == "_average" && name.starts_with("power"))) return std::nullopt;
  for (const Kind& kind : kKinds) {
    if (!name.starts_with(kind.prefix)) continue;
    const auto number = sysfs::number_in(name.substr(kind.prefix.size()));
    if (number && *number >= 0) {
      return Input{std::string(name), &kind, static_cast<int>(*number), std::string(file)};
    }
  }
  return std::nullopt;
}

class Hwmon final : public m2ag::Component, public m2ag::Sensor {
 public:
  struct Params {
    std::string chip;
    std::string device;
    std::vector<std::string> inputs;
  };

  Hwmon(m2ag::Context& context, Params params) : Component(context), params_(std::move(params)) {}

  void start() override {
    folder_ = sysfs::find_by_name(context(), {"/sys/class/hwmon/hwmon", "hwmon chip", params_.chip, params_.device});
    files_ = sysfs::names_in(context(), folder_);
    const std::vector<Input> offered = all_inputs();
    if (offered.empty()) throw m2ag::DeviceError(chip() + " measures nothing that is known here");
    inputs_.clear();
    if (params_.inputs.empty()) {
      for (const Input& input : offered) {
        if (input_of_kind(*input.kind) == nullptr) inputs_.push_back(input);
      }
    }
    for (const std::string& wanted : params_.inputs) choose(wanted, offered);
  }

  void sample() override {
    // Chips may be plugged and drivers loaded while this runs: the same number can be another chip by now.
    const std::string name = context().sysfs_read(folder_ + "/name");
    if (name != params_.chip) throw m2ag::DeviceError(folder_ + " was " + chip() + " and now is \"" + name + "\"");
    std::vector<double> values;
    for (const Input& input : inputs_) values.push_back(read(input));
    for (std::size_t i = 0; i < inputs_.size(); ++i) publish(inputs_[i].kind->channel, values[i]);
  }

 private:
  std::string chip() const { return "hwmon chip \"" + params_.chip + "\""; }

  /// Lowest numbers first. Where there is both, the file `_average` of a power comes first in the folder and gives way to `_input`.
  std::vector<Input> all_inputs() const {
    std::vector<Input> inputs;
    for (const std::string& file : files_) {
      const auto input = input_of_file(file);
      if (!input) continue;
      const auto same =
          std::find_if(inputs.begin(), inputs.end(), [&](const Input& each) { return each.name == input->name; });
      if (same == inputs.end()) {
        inputs.push_back(*input);
      } else if (input->file.ends_with("_input")) {
        *same = *input;
      }
    }
    std::stable_sort(inputs.begin(), inputs.end(), [](const Input& a, const Input& b) {
      return std::pair(a.kind, a.number) < std::pair(b.kind, b.number);
    });
    return inputs;
  }

  std::string label(const Input& input) const {
    const std::string file = input.name + "_label";
    return sysfs::has(files_, file) ? context().sysfs_read(folder_ + "/" + file) : std::string();
  }

  const Input* input_of_kind(const Kind& kind) const {
    for (const Input& input : inputs_) {
      if (input.kind == &kind) return &input;
    }
    return nullptr;
  }

  /// `wanted` is "temp1", or the label of one input.
  void choose(const std::string& wanted, const std::vector<Input>& offered) {
    std::vector<const Input*> found;
    std::vector<std::string> here;
    for (const Input& input : offered) {
      const std::string text = label(input);
      here.push_back(text.empty() ? input.name : input.name + " (" + text + ")");
      if (input.name == wanted || text == wanted) found.push_back(&input);
    }
    const std::string what = chip() + " has ";
    if (found.empty())
      throw m2ag::ConfigError("inputs: " + what + "no input \"" + wanted + "\"; there are " + sysfs::joined(here));
    if (found.size() > 1) {
      throw m2ag::ConfigError("inputs: " + what + std::to_string(found.size()) + " inputs with the label \"" + wanted +
                              "\", name one as " + found[0]->name);
    }
    if (const Input* other = input_of_kind(*found[0]->kind)) {
      throw m2ag::ConfigError("inputs: " + other->name + " and " + found[0]->name + " are both a " +
                              std::string(found[0]->kind->channel) + "; make a component for each");
    }
    inputs_.push_back(*found[0]);
  }

  double read(const Input& input) const {
    const std::string fault = input.name + "_fault";
    if (sysfs::has(files_, fault) && sysfs::read_number(context(), folder_ + "/" + fault) != 0)
      throw m2ag::DeviceError(chip() + ": the driver reports that the sensor of " + input.name + " is broken or open");
    return sysfs::read_number(context(), folder_ + "/" + input.file) / input.kind->divisor;
  }

  const Params params_;
  std::string folder_;
  std::vector<std::string> files_;
  std::vector<Input> inputs_;
};

}  // namespace

M2AG_PLUGIN("hwmon", "1.0.0", plugin) {
  using Params = Hwmon::Params;
  plugin.component<Hwmon>("hwmon", "A chip of the kernel's hwmon drivers: temperature, fan, voltage, current, power")
      .param("chip", &Params::chip, "name of the chip, as its file /sys/class/hwmon/hwmon*/name says")
      .required()
      .example("coretemp")
      .param("device", &Params::device, "part of the device's path, such as 1-0048; for two chips of one name")
      .param("inputs", &Params::inputs,
             "inputs such as temp1 or their labels, one of each kind; without it the first of each kind")
      .interval(std::chrono::seconds(10))
      .channel("temperature", "°C", "temperature (temp*)")
      .quantity("temperature")
      .precision(1)
      .channel("fan", "RPM", "speed of a fan (fan*)")
      .precision(0)
      .channel("voltage", "V", "voltage (in*)")
      .quantity("voltage")
      .precision(3)
      .channel("current", "A", "current (curr*)")
      .quantity("current")
      .precision(3)
      .channel("power", "W", "power (power*)")
      .quantity("power")
      .precision(3)
      .channel("humidity", "%", "relative humidity (humidity*)")
      .quantity("humidity")
      .precision(1)
      .channel("energy", "kWh", "energy used (energy*)")
      .quantity("energy")
      .precision(3)
      .channel("frequency", "Hz", "frequency (freq*)")
      .quantity("frequency")
      .precision(0);
}
