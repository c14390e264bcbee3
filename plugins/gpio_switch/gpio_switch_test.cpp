#include <m2ag/testing.h>

#include "catch.h"

using m2ag::Value;
using m2ag::testing::DescribedPlugin;
using m2ag::testing::FakeContext;

namespace {

struct Contact {
  FakeContext context;
  DescribedPlugin plugin{m2ag_plugin};
  std::unique_ptr<m2ag::Component> component;

  explicit Contact(Value::Map settings = {}) {
    settings["line"] = "GPIO27";
    component = plugin.create("gpio_switch", context, settings);
  }
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

TEST_CASE("what the plugin says of itself") {
  const DescribedPlugin plugin(m2ag_plugin);
  const auto& type = plugin.type("gpio_switch");
  REQUIRE(type.channels.size() == 2);
  CHECK(type.channels[0].main);
  CHECK_FALSE(type.channels[0].writable);
  CHECK(type.channels[1].choices == std::vector<std::string>{"press", "release"});
  CHECK_THROWS_AS(type.create(*std::make_unique<FakeContext>(), Value(Value::Map{{"bias", "sideways"}})),
                  m2ag::ConfigError);
}
