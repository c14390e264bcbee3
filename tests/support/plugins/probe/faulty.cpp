// A device that a test breaks and mends by making and removing a file.
#include <filesystem>

#include "probe.h"

namespace probe {
namespace {

class Faulty final : public m2ag::Component, public m2ag::Sensor {
 public:
  struct Params {
    std::string broken_while;
    bool settings_wrong = false;
  };

  Faulty(m2ag::Context& context, Params params) : Component(context), params_(std::move(params)) {}

  void start() override {
    if (params_.settings_wrong) throw m2ag::ConfigError("settings_wrong: expected false, found true");
    check();
  }
  void sample() override {
    check();
    publish("value", ++value_);
  }

 private:
  void check() const {
    if (std::filesystem::exists(params_.broken_while))
      throw m2ag::DeviceError("no answer: " + params_.broken_while + " is there");
  }

  Params params_;
  int value_ = 0;
};

}  // namespace

void describe_faulty(m2ag::Plugin& plugin) {
  plugin.component<Faulty>("faulty", "A device that fails while a file is there")
      .interval(std::chrono::milliseconds(100))
      .param("broken_while", &Faulty::Params::broken_while, "the file")
      .param("settings_wrong", &Faulty::Params::settings_wrong, "refuse the settings")
      .channel("value", "", "samples since the start")
      .precision(0);
}

}  // namespace probe
