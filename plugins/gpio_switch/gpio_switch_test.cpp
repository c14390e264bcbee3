#include <m2ag/testing.h>

#include <algorithm>
#include <string>
#include <vector>

#include "catch.h"

using m2ag::Value;
using m2ag::testing::DescribedPlugin;
using m2ag::testing::FakeContext;

using namespace std::chrono_literals;
using Words = std::vector<std::string>;

namespace {

Value micros(std::chrono::microseconds duration) { return Value(duration.count()); }

struct Contact {
  FakeContext context;
  DescribedPlugin plugin{m2ag_plugin};
  Value::Map settings;
  std::unique_ptr<m2ag::Component> component;

  explicit Contact(Value::Map given = {}) : settings(std::move(given)) {
    settings["line"] = "GPIO27";
    create();
  }
  /// As a start of the host after it was killed: the old object's line and timers are gone, and nothing was told to it.
  void create() { component = plugin.create("gpio_switch", context, settings); }
  void press(std::chrono::microseconds time, std::chrono::microseconds pause = {}) {
    line().drive(true);
    context.advance(time);
    line().drive(false);
    context.advance(pause);
  }
  void set(const std::string& name, const Value& value) {
    for (const auto& channel : plugin.type("gpio_switch").channels) {
      if (channel.name == name) channel.set(*component, value);
    }
  }
  /// Since the last call.
  Words events() {
    Words words;
    const auto& all = context.publications();
    for (; looked_at < all.size(); ++looked_at) {
      if (all[looked_at].channel == "event") words.push_back(all[looked_at].value.as_text());
    }
    return words;
  }
  std::size_t looked_at = 0;
  m2ag::testing::FakeLine& line() { return context.line("GPIO27"); }
};

}  // namespace

TEST_CASE("the state is published at the start, without an event") {
  Contact contact;
  contact.line().drive(true);
  contact.component->start();
  CHECK(contact.context.last("state") == Value(true));
  CHECK(contact.context.last("event").is_null());
}

TEST_CASE("edges become states and events") {
  Contact contact;
  contact.component->start();
  contact.line().drive(true);
  CHECK(contact.context.last("state") == Value(true));
  CHECK(contact.context.last("event") == Value("press"));
  contact.line().drive(false);
  CHECK(contact.context.last("state") == Value(false));
  CHECK(contact.context.last("event") == Value("release"));
  CHECK(contact.context.log_lines().empty());
}

TEST_CASE("a contact to ground: pulled up, active low") {
  Contact contact({{"bias", "pull-up"}, {"active_low", true}});
  contact.component->start();
  CHECK(contact.context.last("state") == Value(false));
  contact.line().drive(false);
  CHECK(contact.context.last("state") == Value(true));
  contact.line().drive(std::nullopt);
  CHECK(contact.context.last("event") == Value("release"));
}

TEST_CASE("stopping lets go of the line") {
  Contact contact;
  contact.component->start();
  contact.component->stop();
  CHECK_FALSE(contact.line().held());
  const auto before = contact.context.publications().size();
  contact.line().drive(true);
  CHECK(contact.context.publications().size() == before);
  contact.component->start();
  CHECK(contact.context.last("state") == Value(true));
}

TEST_CASE("presses become gestures when they are asked for") {
  Contact contact({{"click_time", micros(500ms)}, {"double_time", micros(300ms)}, {"long_time", micros(1s)}});
  contact.component->start();
  contact.press(100ms);
  contact.context.advance(1h);
  CHECK(contact.events() == Words{"press", "release", "click"});
  contact.press(100ms);
  contact.context.advance(200ms);
  contact.press(100ms);
  contact.context.advance(1h);
  CHECK(contact.events() == Words{"press", "release", "press", "release", "double"});
  contact.press(3s);
  contact.context.advance(1h);
  CHECK(contact.events() == Words{"press", "long", "release"});
}

TEST_CASE("without their settings there are no gestures") {
  Contact contact;
  contact.component->start();
  contact.press(100ms);
  contact.press(3s);
  contact.context.advance(1h);
  CHECK(contact.events() == Words{"press", "release", "press", "release"});
}

TEST_CASE("a contact that is closed at the start, or when it stops, makes no gesture") {
  Contact contact({{"click_time", micros(500ms)}, {"long_time", micros(1s)}});
  contact.line().drive(true);
  contact.component->start();
  contact.context.advance(2s);
  contact.line().drive(false);
  CHECK(contact.events() == Words{"release"});
  contact.line().drive(true);
  contact.component->stop();
  contact.context.advance(2s);
  CHECK(contact.events() == Words{"press"});
}

TEST_CASE("a meter counts its pulses across a kill, up to what it had no time to save") {
  Contact meter(Value::Map{{"count", true}});
  meter.component->start();
  CHECK(meter.context.last("total") == Value(0));
  CHECK(meter.context.last("rate") == Value(0.0));
  meter.press(10ms);
  CHECK(meter.context.last("total") == Value(1));
  CHECK(meter.context.saved("total") == Value(1));
  for (int i = 0; i < 9; ++i) meter.press(10ms);
  CHECK(meter.context.saved("total") == Value(1));
  meter.context.advance(1s);
  CHECK(meter.context.last("total") == Value(10));
  meter.context.advance(1min);
  CHECK(meter.context.saved("total") == Value(10));
  meter.press(10ms);
  meter.press(10ms);
  meter.create();  // killed: what came since the last minute's end is lost
  meter.component->start();
  CHECK(meter.context.last("total") == Value(10));
  meter.press(10ms);
  meter.press(10ms);
  meter.component->stop();
  CHECK(meter.context.last("total") == Value(12));
  CHECK(meter.context.saved("total") == Value(12));
}

TEST_CASE("the total is written and published at a bounded rate, the state each time") {
  Contact meter(Value::Map{{"count", true}});
  meter.component->start();
  const auto published = [&](const std::string& channel) {
    const auto& all = meter.context.publications();
    return std::count_if(all.begin(), all.end(), [&](const auto& each) { return each.channel == channel; });
  };
  for (int i = 0; i < 1000; ++i) meter.press(5ms, 5ms);
  meter.context.advance(1s);
  CHECK(meter.context.last("total") == Value(1000));
  CHECK(published("total") <= 13);
  CHECK(published("state") == 2001);
}

TEST_CASE("the rate is published each interval, when it has changed") {
  Contact meter({{"count", true}, {"rate_interval", micros(10s)}, {"rate_timeout", micros(1min)}});
  meter.component->start();
  for (int i = 0; i < 20; ++i) meter.press(500ms, 500ms);
  meter.context.advance(1s);
  CHECK(meter.context.last("rate").as_number() == Approx(60));
  meter.context.advance(2min);
  CHECK(meter.context.last("rate") == Value(0.0));
}

TEST_CASE("the total may be set, and reset, at once on disk") {
  Contact meter(Value::Map{{"count", true}});
  meter.component->start();
  for (int i = 0; i < 3; ++i) meter.press(10ms);
  meter.set("total", 7312.0);
  CHECK(meter.context.last("total") == Value(7312));
  CHECK(meter.context.saved("total") == Value(7312));
  CHECK_THROWS_AS(meter.set("total", 0.5), m2ag::CommandError);
  meter.press(10ms);
  meter.context.advance(1min);
  CHECK(meter.context.saved("total") == Value(7313));
  meter.plugin.type("gpio_switch").commands.at(0).call(*meter.component, {});
  CHECK(meter.context.last("total") == Value(0));
  CHECK(meter.context.saved("total") == Value(0));
}

TEST_CASE("an input is not set, and what does not count has no total") {
  Contact contact;
  contact.component->start();
  CHECK_THROWS_AS(contact.set("state", true), m2ag::CommandError);
  CHECK_THROWS_AS(contact.set("total", 1.0), m2ag::CommandError);
  CHECK(contact.context.last("total").is_null());
}

TEST_CASE("an output is switched, restored inside the request of its line, and made safe") {
  Contact lamp({{"direction", "output"}, {"restore", "last"}});
  lamp.component->start();
  CHECK(lamp.line().history() == std::vector<bool>{false});
  CHECK(lamp.line().at_crash() == false);
  lamp.set("state", true);
  CHECK(lamp.line().level());
  CHECK(lamp.context.last("state") == Value(true));
  lamp.component->stop();
  CHECK(lamp.line().history() == std::vector<bool>{false, true, false});
  CHECK_FALSE(lamp.line().held());
  CHECK(lamp.context.last("state") == Value(false));
  lamp.component->start();
  CHECK(lamp.line().history() == std::vector<bool>{true});
  lamp.component->stop();
  lamp.context.set_overdue("state", false);
  lamp.component->start();
  CHECK(lamp.line().history() == std::vector<bool>{false});

  Contact guard(
      {{"direction", "output"}, {"restore", "on"}, {"active_low", true}, {"safe", Value::Map{{"state", "on"}}}});
  guard.component->start();
  CHECK(guard.line().at_crash() == false);
  guard.component->stop();
  CHECK(guard.line().history() == std::vector<bool>{false, false});
}

TEST_CASE("settings that go against each other") {
  const auto refused = [](Value::Map settings) { CHECK_THROWS_AS(Contact(std::move(settings)), m2ag::ConfigError); };
  refused({{"direction", "output"}, {"count", true}});
  refused({{"direction", "output"}, {"click_time", micros(1s)}});
  refused(Value::Map{{"double_time", micros(1s)}});
  refused({{"click_time", micros(1s)}, {"long_time", micros(1s)}});
}

TEST_CASE("what the plugin says of itself") {
  const DescribedPlugin plugin(m2ag_plugin);
  const auto& type = plugin.type("gpio_switch");
  REQUIRE(type.channels.size() == 4);
  CHECK(type.channels[0].main);
  CHECK(type.channels[1].choices == Words{"press", "release", "click", "double", "long"});
  CHECK_THROWS_AS(type.create(*std::make_unique<FakeContext>(), Value(Value::Map{{"bias", "sideways"}})),
                  m2ag::ConfigError);
}

TEST_CASE("the times of an input are registers") {
  Contact contact(Value::Map{{"click_time", micros(500ms)}});
  const auto reconfigure = [&](Value::Map settings) {
    settings["line"] = "GPIO27";
    contact.plugin.type("gpio_switch").reconfigure(*contact.component, settings);
  };
  contact.component->start();
  contact.press(100ms);
  CHECK(contact.events() == Words{"press", "release", "click"});

  contact.line().drive(true);
  reconfigure({{"click_time", micros(500ms)}, {"long_time", micros(1s)}, {"debounce", micros(20ms)}});
  CHECK(contact.line().held());
  contact.context.advance(2s);  // this press had begun before
  contact.line().drive(false);
  contact.press(1s);
  CHECK(contact.events() == Words{"press", "release", "press", "long", "release"});

  CHECK_THROWS_AS(reconfigure({{"double_time", micros(300ms)}}), m2ag::ConfigError);
  contact.press(1s);
  CHECK(contact.events() == Words{"press", "long", "release"});
}

TEST_CASE("registers leave an output alone") {
  Contact contact(Value::Map{{"direction", "output"}});
  contact.component->start();
  contact.set("state", true);
  const auto before = contact.line().history();
  const auto& type = contact.plugin.type("gpio_switch");
  type.reconfigure(*contact.component,
                   Value::Map{{"line", "GPIO27"}, {"direction", "output"}, {"debounce", micros(20ms)}});
  CHECK(contact.line().history() == before);
  CHECK_THROWS_AS(type.reconfigure(*contact.component,
                                   Value::Map{{"line", "GPIO27"}, {"direction", "output"}, {"click_time", micros(1s)}}),
                  m2ag::ConfigError);
}
