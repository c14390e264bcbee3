// A plugin that does not go when it is told to: its stop() does not return, or a thread that it has started goes on, while a file is there.
#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "probe.h"

namespace probe {
namespace {

enum class By { stop, thread };

constexpr auto choices(By) {
  return std::array<std::pair<std::string_view, By>, 2>{{{"stop", By::stop}, {"thread", By::thread}}};
}

void stay(const std::string& file) {
  while (std::filesystem::exists(file)) std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

class Squatter final : public m2ag::Component, public m2ag::Switch {
 public:
  struct Params {
    By by = By::stop;
    std::string stays_while;
  };

  Squatter(m2ag::Context& context, Params params) : Component(context), params_(std::move(params)) {}

  void start() override {
    publish("state", false);
    // Nobody joins it, and what it uses is its own: it harms nobody, but does not go.
    if (params_.by == By::thread) std::thread([file = params_.stays_while] { stay(file); }).detach();
  }
  void stop() noexcept override {
    if (params_.by == By::stop) stay(params_.stays_while);
  }
  void set(bool on) override { publish("state", on); }

 private:
  const Params params_;
};

}  // namespace

void describe_squatter(m2ag::Plugin& plugin) {
  plugin.component<Squatter>("squatter", "Does not go when it is told to")
      .param("by", &Squatter::Params::by, "what stays")
      .param("stays_while", &Squatter::Params::stays_while, "only while this file is there");
}

}  // namespace probe
