#include <m2ag/testing.h>

#include "catch.h"

using namespace std::chrono_literals;
using m2ag::Value;
using m2ag::testing::DescribedPlugin;
using m2ag::testing::FakeContext;

namespace {

struct Finger {
  FakeContext context;
  DescribedPlugin plugin{m2ag_plugin};
  std::unique_ptr<m2ag::Component> component;

  explicit Finger(Value::Map settings = {}) {
    settings["line"] = "DOOR";
    component = plugin.create("simulated_line", context, settings);
  }
  Value press(const Value::Map& arguments) {
    return plugin.type("simulated_line").commands.at(0).call(*component, arguments);
  }
  void set(bool on) { dynamic_cast<m2ag::Switch&>(*component).set(on); }
  bool high() { return context.line("DOOR").level(); }
};

}  // namespace

TEST_CASE("on drives the line high, off drives it low") {
  Finger finger;
  finger.component->start();
  CHECK_FALSE(finger.high());
  finger.set(true);
  CHECK(finger.high());
  CHECK(finger.context.last("state") == Value(true));
  finger.set(false);
  CHECK_FALSE(finger.high());
}

TEST_CASE("active low turns it over") {
  Finger finger({{"active_low", true}});
  finger.component->start();
  CHECK(finger.high());
  finger.set(true);
  CHECK_FALSE(finger.high());
}

TEST_CASE("press holds for a while") {
  Finger finger;
  finger.component->start();
  finger.press({{"for", 300'000}});
  finger.context.advance(299ms);
  CHECK(finger.high());
  finger.context.advance(1ms);
  CHECK_FALSE(finger.high());
  CHECK(finger.context.last("state") == Value(false));
}

TEST_CASE("set ends a press: it does not fall back later") {
  Finger finger;
  finger.component->start();
  finger.press({});
  finger.set(true);
  finger.context.advance(1h);
  CHECK(finger.high());
}

TEST_CASE("it presses by itself") {
  Finger finger({{"every", 10'000'000}, {"press_for", 1'000'000}});
  finger.component->start();
  finger.context.advance(9999ms);
  CHECK_FALSE(finger.high());
  finger.context.advance(1ms);
  CHECK(finger.high());
  finger.context.advance(1s);
  CHECK_FALSE(finger.high());
  finger.context.advance(9s);
  CHECK(finger.high());
}

TEST_CASE("stopping lets go of the line") {
  Finger finger({{"initial", true}, {"every", 1'000'000}});
  finger.component->start();
  CHECK(finger.high());
  finger.component->stop();
  CHECK_FALSE(finger.high());
  finger.context.advance(1min);
  CHECK_FALSE(finger.high());
}
