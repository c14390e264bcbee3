// Sensors that the kernel's IIO drivers read: thermometers, barometers, light and gas sensors, analog inputs, accelerometers.
#include <m2ag/m2ag.h>
#include <m2ag/sysfs.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "iio_channel.h"

namespace iio {

namespace {

namespace sysfs = m2ag::sysfs;

class Device final : public m2ag::Component, public m2ag::Sensor {
 public:
  struct Params {
    std::string chip;
    std::string device;
    std::vector<std::string> inputs;
  };

  Device(m2ag::Context& context, Params params) : Component(context), params_(std::move(params)) {}

  void start() override {
    folder_ =
        sysfs::find_by_name(context(), {"/sys/bus/iio/devices/iio:device", "IIO device", params_.chip, params_.device});
    const auto offered = inputs_of(sysfs::names_in(context(), folder_));
    if (offered.empty()) throw m2ag::DeviceError(chip() + " measures nothing that is known here");
    inputs_.clear();
    if (params_.inputs.empty()) {
      for (const Input& input : offered) {
        if (input_for(*input.kind) == nullptr) inputs_.push_back(input);
      }
    }
    for (const std::string& wanted : params_.inputs) choose(wanted, offered);
  }

  void sample() override {
    // Sensors may be plugged and drivers loaded while this runs: the same number can be another device by now.
    const std::string name = context().sysfs_read(folder_ + "/name");
    if (name != params_.chip) throw m2ag::DeviceError(folder_ + " was " + chip() + " and now is \"" + name + "\"");
    std::vector<double> values;
    for (const Input& input : inputs_) values.push_back(read(input));
    for (std::size_t i = 0; i < inputs_.size(); ++i) publish(inputs_[i].kind->channel, values[i]);
  }

 private:
  std::string chip() const { return "IIO device \"" + params_.chip + "\""; }

  const Input* input_for(const Kind& kind) const {
    const auto found =
        std::find_if(inputs_.begin(), inputs_.end(), [&](const Input& input) { return input.kind == &kind; });
    return found == inputs_.end() ? nullptr : &*found;
  }

  void choose(const std::string& wanted, const std::vector<Input>& offered) {
    const auto found = std::find_if(offered.begin(), offered.end(),
                                    [&](const Input& input) { return input.name == plain_name(wanted); });
    if (found == offered.end()) {
      std::vector<std::string> here;
      for (const Input& input : offered) here.push_back(input.name);
      throw m2ag::ConfigError("inputs: " + chip() + " has no input \"" + wanted + "\"; there are " +
                              sysfs::joined(here));
    }
    if (const Input* other = input_for(*found->kind)) {
      throw m2ag::ConfigError("inputs: " + other->name + " and " + found->name + " are both a " +
                              std::string(found->kind->channel) + "; make a component for each");
    }
    inputs_.push_back(*found);
  }

  double attribute(const std::string& file, double missing) const {
    return file.empty() ? missing : sysfs::read_number(context(), folder_ + "/" + file);
  }

  /// (raw + offset) · scale, in the unit of the ABI; both may change with the driver's settings, so they are read each time.
  double read(const Input& input) const {
    const double raw = sysfs::read_number(context(), folder_ + "/" + input.value_file);
    const double value = (raw + attribute(input.offset_file, 0)) * attribute(input.scale_file, 1) * input.kind->factor;
    if (!std::isfinite(value)) throw m2ag::DeviceError(folder_ + "/" + input.value_file + ": not a finite number");
    return value;
  }

  const Params params_;
  std::string folder_;
  std::vector<Input> inputs_;
};

}  // namespace

}  // namespace iio

M2AG_PLUGIN("iio", "1.0.0", plugin) {
  using Params = iio::Device::Params;
  auto component = plugin.component<iio::Device>("iio", "A sensor that one of the kernel's IIO drivers reads");
  component.param("chip", &Params::chip, "name of the device, as its file /sys/bus/iio/devices/*/name says")
      .required()
      .example("bmp280")
      .param("device", &Params::device, "part of the device's path, such as 1-0076; for two devices of one name")
      .param("inputs", &Params::inputs,
             "inputs such as temp, pressure or voltage0, one of each kind; without it the first of each kind")
      .interval(std::chrono::seconds(10));
  for (const iio::Kind& kind : iio::kinds()) {
    component.channel(std::string(kind.channel), std::string(kind.unit), std::string(kind.text))
        .quantity(std::string(kind.quantity))
        .precision(kind.precision);
  }
}
