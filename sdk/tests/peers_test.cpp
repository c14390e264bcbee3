#include <m2ag/testing.h>

#include "catch.h"

using m2ag::Answer;
using m2ag::ChannelName;
using m2ag::ChannelSpec;
using m2ag::ChannelType;
using m2ag::ConfigError;
using m2ag::DeviceError;
using m2ag::ParamTraits;
using m2ag::Value;
using m2ag::testing::FakeContext;

namespace {

ChannelSpec state() {
  ChannelSpec spec;
  spec.name = "state";
  spec.type = ChannelType::boolean;
  spec.writable = true;
  return spec;
}

}  // namespace

TEST_CASE("a channel's name is component/channel, or the component alone for its main channel") {
  using Traits = ParamTraits<ChannelName>;
  CHECK(Traits::from("air/temperature") == ChannelName{"air", "temperature"});
  CHECK(Traits::from("pump") == ChannelName{"pump", ""});
  CHECK(Traits::to({"pump", ""}) == Value("pump"));
  CHECK(Traits::to({"air", "temperature"}) == Value("air/temperature"));
  CHECK(Traits::to({}).is_null());
  for (const char* wrong : {"", "/", "air/", "/temperature", "air/temperature/x", "+/state", "air/#"}) {
    CHECK_THROWS_AS(Traits::from(wrong), ConfigError);
  }
}

TEST_CASE("the fake's peers answer, take the value, and tell who subscribed") {
  FakeContext context("test");
  context.add_peer("pump", state());
  std::vector<bool> seen;
  const auto subscription = context.subscribe(
      "pump/state", [&](const m2ag::ChannelUpdate& update) { seen.push_back(update.value.as_bool()); });
  std::vector<Answer> answers;
  const auto remember = [&](const Answer& answer) { answers.push_back(answer); };

  context.set({"pump", ""}, true, remember);
  CHECK(answers.empty());  // never inside the call
  context.run_posted();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].ok());
  CHECK(seen == std::vector<bool>{true});
  CHECK(context.value({"pump", "state"}) == Value(true));
  REQUIRE(context.peer_calls().size() == 1);
  CHECK(context.peer_calls()[0].name == "state");

  context.peer_refuses("pump", "locked", "pump is locked");
  context.set({"pump", "state"}, false, remember);
  context.set({"pmup", "state"}, false, remember);
  context.set({"test", "state"}, false, remember);
  context.run_posted();
  REQUIRE(answers.size() == 4);
  CHECK(answers[1].code == "locked");
  CHECK(answers[2].code == "unknown_component");
  CHECK(answers[3].code == "loop");
  CHECK(context.value({"pump", "state"}) == Value(true));

  context.set({"pump", "state"}, false);
  REQUIRE(context.peer_refusals().size() == 1);
  CHECK(context.peer_refusals()[0].code == "locked");
}

TEST_CASE("the fake tells availability at once and at each change") {
  FakeContext context;
  context.add_peer("air", state());
  std::vector<bool> seen;
  auto handle = context.on_availability("air", [&](bool online) { seen.push_back(online); });
  const auto nobody = context.on_availability("nobody", [&](bool online) { seen.push_back(online); });
  context.run_posted();
  CHECK(seen == std::vector<bool>{true, false});
  context.set_peer_online("air", false);
  context.set_peer_online("air", false);
  CHECK(seen == std::vector<bool>{true, false, false});
  handle.reset();
  context.set_peer_online("air", true);
  CHECK(seen.size() == 3);
}

TEST_CASE("the fake describes channels that were added, and names what is missing") {
  FakeContext context;
  context.add_peer("pump", state());
  CHECK(context.channel({"pump", ""}).name == "state");
  CHECK_THROWS_AS(context.channel({"pump", "stat"}), DeviceError);
  CHECK_THROWS_AS(context.channel({"pmup", ""}), DeviceError);
}
