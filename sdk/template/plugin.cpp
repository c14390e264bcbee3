// A number from one of the kernel's files, such as the temperature of the processor.
#include <m2ag/m2ag.h>

#include <charconv>
#include <string>
#include <utility>

namespace {

class @Name@ final : public m2ag::Component, public m2ag::Sensor {
 public:
  struct Params {
    std::string file = "/sys/class/thermal/thermal_zone0/temp";
    double scale = 0.001;
  };

  @Name@(m2ag::Context& context, Params params) : Component(context), params_(std::move(params)) {}

  void sample() override {
    const std::string text = context().sysfs_read(params_.file);
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end == text.data()) {
      throw m2ag::DeviceError(params_.file + ": expected a number, found \"" + text + "\"");
    }
    publish("value", number * params_.scale);
  }

 private:
  const Params params_;
};

}  // namespace

M2AG_PLUGIN("@name@", "0.1.0", plugin) {
  plugin.component<@Name@>("@name@", "A number from one of the kernel's files")
      .param("file", &@Name@::Params::file, "the file, below /sys")
      .param("scale", &@Name@::Params::scale, "what the number in the file is multiplied with")
      .channel("value", "°C", "what was read")
      .quantity("temperature")
      .precision(1);
}
