#include <m2ag/testing.h>

#include <optional>

#include "catch.h"

using m2ag::ChannelSpec;
using m2ag::ChannelType;
using m2ag::Value;
using m2ag::testing::DescribedPlugin;
using m2ag::testing::FakeContext;

namespace {

ChannelSpec channel(const std::string& name, ChannelType type) {
  ChannelSpec spec;
  spec.name = name;
  spec.type = type;
  spec.writable = true;
  return spec;
}

struct Lights {
  FakeContext context{"lights"};
  DescribedPlugin plugin{m2ag_plugin};
  std::unique_ptr<m2ag::Component> component;

  explicit Lights(const Value::List& members = {"a", "b/state"}, const std::string& on_when = "any") {
    for (const char* lamp : {"a", "b"}) {
      context.add_peer(lamp, channel("state", ChannelType::boolean));
      context.add_peer(lamp, channel("level", ChannelType::number));
      context.peer_publishes({lamp, "state"}, false);
    }
    component = plugin.create("group", context, {{"members", members}, {"on_when", on_when}});
  }
  void start() {
    component->start();
    context.run_posted();
  }
  void set(bool on) {
    dynamic_cast<m2ag::Switch&>(*component).set(on);
    context.run_posted();
  }
  void becomes(const std::string& lamp, bool on) {
    context.peer_publishes({lamp, "state"}, on);
    context.run_posted();
  }
  Value state() { return context.last("state"); }
};

std::string trouble(const Value::List& members) {
  std::optional<Lights> lights;
  try {
    lights.emplace(members);
    lights->start();
  } catch (const std::exception& error) {
    if (lights) lights->component->stop();
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("one command sets all members, in their order") {
  Lights lights;
  lights.start();
  CHECK(lights.state() == Value(false));
  lights.set(true);
  const auto& calls = lights.context.peer_calls();
  REQUIRE(calls.size() == 2);
  CHECK(calls[0].component == "a");
  CHECK(calls[1].component == "b");
  CHECK(lights.state() == Value(true));
  lights.set(false);
  CHECK(lights.state() == Value(false));
}

TEST_CASE("any: on as soon as one is; published only when it changes") {
  Lights lights;
  lights.start();
  lights.becomes("a", true);
  CHECK(lights.state() == Value(true));
  lights.becomes("b", true);
  lights.becomes("a", false);
  CHECK(lights.state() == Value(true));
  CHECK(lights.context.publications().size() == 2);
  lights.becomes("b", false);
  CHECK(lights.state() == Value(false));
}

TEST_CASE("all: off as soon as one is") {
  Lights lights({"a", "b"}, "all");
  lights.start();
  lights.becomes("a", true);
  CHECK(lights.state() == Value(false));
  lights.becomes("b", true);
  CHECK(lights.state() == Value(true));
  lights.becomes("a", false);
  CHECK(lights.state() == Value(false));
}

TEST_CASE("a member that is offline is not on; without any the group is offline") {
  Lights lights;
  lights.start();
  lights.becomes("a", true);
  lights.context.set_peer_online("a", false);
  CHECK(lights.state() == Value(false));
  CHECK_FALSE(lights.context.offline_reason());
  lights.context.set_peer_online("b", false);
  CHECK(lights.context.offline_reason() == "no member is online");
  lights.context.set_peer_online("a", true);
  CHECK_FALSE(lights.context.offline_reason());
  CHECK(lights.state() == Value(true));
}

TEST_CASE("the refusal of a member is the answer of the command; the others are set") {
  Lights lights;
  lights.start();
  lights.context.peer_refuses("a", "locked", "a is locked");
  lights.set(true);
  REQUIRE(lights.context.peer_refusals().size() == 1);
  CHECK(lights.context.peer_refusals()[0].sentence == "a is locked");
  CHECK(lights.context.value({"b", "state"}) == Value(true));
  CHECK(lights.state() == Value(true));
}

TEST_CASE("members that will not do are named") {
  CHECK(trouble({}) == "members: expected at least one");
  CHECK(trouble({"a", "a/state"}) == "members: a/state is named twice");
  CHECK(trouble({"lights"}) == "members: lights is this group itself");
  CHECK(trouble({"a/level"}) == "members: a/level cannot be switched on and off");
  CHECK(trouble({"c"}) == "there is no component \"c\"");
}

TEST_CASE("after a stop nothing is heard any more") {
  Lights lights;
  lights.start();
  lights.component->stop();
  lights.becomes("a", true);
  CHECK(lights.state() == Value(false));
}
