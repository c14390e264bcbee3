// A plugin that takes the whole process with it, or hangs in it, in the way and at the place that a test names, while a file is there.
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "probe.h"

namespace probe {
namespace {

enum class How { segfault, abort, stack_overflow, thread, uncaught, damaged_heap, hang };
enum class Place { construct, start, set, command, timer, service };

constexpr auto choices(How) {
  return std::array<std::pair<std::string_view, How>, 7>{{{"segfault", How::segfault},
                                                          {"abort", How::abort},
                                                          {"stack-overflow", How::stack_overflow},
                                                          {"thread", How::thread},
                                                          {"uncaught", How::uncaught},
                                                          {"damaged-heap", How::damaged_heap},
                                                          {"hang", How::hang}}};
}
constexpr auto choices(Place) {
  return std::array<std::pair<std::string_view, Place>, 6>{{{"construct", Place::construct},
                                                            {"start", Place::start},
                                                            {"set", Place::set},
                                                            {"command", Place::command},
                                                            {"timer", Place::timer},
                                                            {"service", Place::service}}};
}

void segfault() {
  volatile std::uintptr_t nowhere = 8;
  *reinterpret_cast<volatile int*>(nowhere) = 1;
}

int use_up_the_stack(int depth) {
  std::array<volatile char, 4096> room{};
  room[0] = static_cast<char>(depth);
  return depth < 0 ? 0 : use_up_the_stack(depth + 1) + room[0];
}

/// Writes over the heap behind a block of its own, as far as it goes.
void damage_the_heap() {
  auto* const block = static_cast<volatile char*>(std::malloc(32));
  for (int n = 0;; ++n) block[n] = 'x';
}

void crash(How how) {
  switch (how) {
    case How::segfault: return segfault();
    case How::abort: std::abort();
    case How::stack_overflow: use_up_the_stack(0); return;
    case How::thread: std::thread(segfault).join(); return;
    case How::uncaught: std::thread([] { throw std::runtime_error("nobody catches this"); }).join(); return;
    case How::damaged_heap: return damage_the_heap();
    case How::hang: std::this_thread::sleep_for(std::chrono::hours(24)); return;
  }
}

class Crasher final : public m2ag::Component, public m2ag::Switch, public m2ag::Service {
 public:
  struct Params {
    How how = How::segfault;
    Place in = Place::set;
    std::chrono::milliseconds every{20};
    std::string broken_while;
  };

  Crasher(m2ag::Context& context, Params params) : Component(context), params_(std::move(params)) {
    pass(Place::construct);
  }

  void start() override {
    pass(Place::start);
    publish("state", false);
    timer_ = context().every(params_.every, [this] { pass(Place::timer); });
  }
  void stop() noexcept override { timer_.reset(); }
  void set(bool on) override {
    pass(Place::set);
    publish("state", on);
  }
  void poke() { pass(Place::command); }
  void run(std::stop_token stop) override {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    while (!stop.stop_requested()) {
      pass(Place::service);
      std::condition_variable_any().wait_for(lock, stop, std::chrono::milliseconds(20), [] { return false; });
    }
  }

 private:
  void pass(Place place) const {
    if (params_.in == place && std::filesystem::exists(params_.broken_while)) crash(params_.how);
  }

  const Params params_;
  m2ag::Handle timer_;
};

}  // namespace

void describe_crasher(m2ag::Plugin& plugin) {
  plugin.component<Crasher>("crasher", "Ends the process that it is in, or never returns")
      .param("how", &Crasher::Params::how, "by what")
      .param("in", &Crasher::Params::in, "where")
      .param("every", &Crasher::Params::every, "how often its timer comes")
      .param("broken_while", &Crasher::Params::broken_while, "only while this file is there")
      .command("poke", &Crasher::poke, "Does nothing, or crashes");
}

}  // namespace probe
