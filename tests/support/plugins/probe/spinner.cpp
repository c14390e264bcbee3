// A plugin that computes without end while a file is there, and so takes a core.
#include <filesystem>
#include <string>
#include <utility>

#include "probe.h"

namespace probe {
namespace {

class Spinner final : public m2ag::Component {
 public:
  struct Params {
    std::string busy_while;
  };

  Spinner(m2ag::Context& context, Params params) : Component(context), params_(std::move(params)) {}

  void start() override {
    timer_ = context().every(std::chrono::milliseconds(50), [this] { spin(); });
  }
  void stop() noexcept override { timer_.reset(); }

 private:
  void spin() const {
    while (std::filesystem::exists(params_.busy_while)) {
      // Asked seldom: a thread that waits for the file system does not compute.
      const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(50);
      while (std::chrono::steady_clock::now() < end) continue;
    }
  }

  const Params params_;
  m2ag::Handle timer_;
};

}  // namespace

void describe_spinner(m2ag::Plugin& plugin) {
  plugin.component<Spinner>("spinner", "Computes without end")
      .param("busy_while", &Spinner::Params::busy_while, "while this file is there");
}

}  // namespace probe
