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
  return spec;
}

struct Bench {
  FakeContext context{"mean"};
  DescribedPlugin plugin{m2ag_plugin};
  std::unique_ptr<m2ag::Component> component;

  Bench(const std::string& type, const std::string& formula,
        const Value::Map& inputs = {{"a", "air/temperature"}, {"b", "door"}}) {
    context.add_peer("air", channel("temperature", ChannelType::number));
    context.add_peer("air", channel("mode", ChannelType::text));
    context.add_peer("door", channel("state", ChannelType::boolean));
    component = plugin.create(type, context, {{"inputs", inputs}, {"formula", formula}});
  }
  void start() {
    component->start();
    context.run_posted();
  }
  void give(double temperature, bool open) {
    context.peer_publishes({"air", "temperature"}, temperature);
    context.peer_publishes({"door", "state"}, open);
    context.run_posted();
  }
};

}  // namespace

TEST_CASE("a number is computed from the inputs; on is 1 and off is 0; inputs that change together give one result") {
  Bench bench("expression", "a * 2 + b");
  bench.start();
  CHECK(bench.context.offline_reason() == "air/temperature has no value yet");
  CHECK(bench.context.publications().empty());
  bench.give(10, true);
  CHECK(bench.context.last("value") == Value(21.0));
  bench.give(11, false);
  CHECK(bench.context.last("value") == Value(22.0));
  CHECK(bench.context.publications().size() == 2);
  CHECK_FALSE(bench.context.offline_reason());
}

TEST_CASE("values that are there already count at the start") {
  Bench bench("expression", "a + b");
  bench.give(20, true);
  bench.start();
  CHECK(bench.context.last("value") == Value(21.0));
}

TEST_CASE("it is offline when an input is, and back with it") {
  Bench bench("expression", "a + b");
  bench.start();
  bench.give(20, true);
  bench.context.set_peer_online("door", false);
  CHECK(bench.context.offline_reason() == "door is offline");
  const auto published = bench.context.publications().size();
  bench.context.peer_publishes({"air", "temperature"}, 30.0);
  bench.context.run_posted();
  CHECK(bench.context.publications().size() == published);
  bench.context.set_peer_online("door", true);
  CHECK_FALSE(bench.context.offline_reason());
  CHECK(bench.context.last("value") == Value(31.0));
}

TEST_CASE("without a result nothing is published, and that is said once") {
  Bench bench("expression", "1 / a + b");
  bench.start();
  bench.give(0, false);
  CHECK(bench.context.publications().empty());
  CHECK(bench.context.offline_reason() == "the formula gives no number with a = 0, b = 0");
  bench.give(0, true);
  CHECK(bench.context.offline_reason() == "the formula gives no number with a = 0, b = 0");
  bench.give(0.5, true);
  CHECK(bench.context.last("value") == Value(3.0));
  CHECK_FALSE(bench.context.offline_reason());
}

TEST_CASE("a condition holds or not, and is published when that changes") {
  Bench bench("condition", "a > 25 && b");
  bench.start();
  bench.give(20, true);
  CHECK(bench.context.last("state") == Value(false));
  bench.give(26, true);
  bench.give(27, true);
  CHECK(bench.context.last("state") == Value(true));
  CHECK(bench.context.publications().size() == 2);
}

TEST_CASE("inputs and formulas that will not do are named") {
  const auto trouble = [](const std::string& formula, const Value::Map& inputs) {
    std::optional<Bench> bench;
    try {
      bench.emplace("expression", formula, inputs);
      bench->start();
    } catch (const std::exception& error) {
      if (bench) bench->component->stop();
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(trouble("a", {{"a", "nobody/x"}}) == "there is no component \"nobody\"");
  CHECK(trouble("a", {{"a", "air/mode"}}) == "inputs.a: air/mode is neither a number nor on or off");
  CHECK(trouble("a + c", {{"a", "door"}}).find("formula: \"a + c\"") == 0);
  CHECK(trouble("a", {{"a", "mean/value"}}) == "inputs.a: mean cannot be computed from itself");
}

TEST_CASE("after a stop nothing is computed any more") {
  Bench bench("expression", "a + b");
  bench.start();
  bench.component->stop();
  bench.give(20, true);
  CHECK(bench.context.publications().empty());
}
