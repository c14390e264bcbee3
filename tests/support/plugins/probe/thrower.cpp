// A plugin that throws what is no std::exception, at the one place that a test names, while a file is there.
#include <array>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "probe.h"

namespace probe {
namespace {

enum class Place { construct, start, sample, set, command, timer, service };

constexpr auto choices(Place) {
  return std::array<std::pair<std::string_view, Place>, 7>{{{"construct", Place::construct},
                                                            {"start", Place::start},
                                                            {"sample", Place::sample},
                                                            {"set", Place::set},
                                                            {"command", Place::command},
                                                            {"timer", Place::timer},
                                                            {"service", Place::service}}};
}

class Thrower final : public m2ag::Component, public m2ag::Sensor, public m2ag::Switch, public m2ag::Service {
 public:
  struct Params {
    Place in = Place::start;
    std::string broken_while;
  };

  Thrower(m2ag::Context& context, Params params) : Component(context), params_(std::move(params)) {
    pass(Place::construct);
  }

  void start() override {
    pass(Place::start);
    publish("state", false);
    timer_ = context().after(std::chrono::milliseconds(1), [this] {
      pass(Place::timer);
      publish("timed", true);
    });
  }
  void stop() noexcept override { timer_.reset(); }
  void sample() override { pass(Place::sample); }
  void set(bool on) override {
    pass(Place::set);
    publish("state", on);
  }
  void poke() { pass(Place::command); }
  void run(std::stop_token stop) override {
    pass(Place::service);
    publish("served", true);
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait(lock, stop, [] { return false; });
  }

 private:
  void pass(Place place) const {
    if (params_.in == place && std::filesystem::exists(params_.broken_while)) throw 42;
  }

  const Params params_;
  m2ag::Handle timer_;
};

}  // namespace

void describe_thrower(m2ag::Plugin& plugin) {
  plugin.component<Thrower>("thrower", "Throws what is no std::exception")
      .interval(std::chrono::milliseconds(100))
      .param("in", &Thrower::Params::in, "where")
      .param("broken_while", &Thrower::Params::broken_while, "only while this file is there")
      .boolean("timed", "its timer came")
      .boolean("served", "its service runs")
      .command("poke", &Thrower::poke, "Does nothing, or throws");
}

}  // namespace probe
