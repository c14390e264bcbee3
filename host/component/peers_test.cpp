#include "component/peers.h"

#include "catch.h"
#include "component/test_world.h"
#include "core/test_gate.h"

using namespace m2ag;
using namespace m2ag::host;

namespace {

bool is_on(World& world, std::string_view component) { return world.registry.value(component, "state") == Value(true); }

/// Answers by the component that got them; written on lanes, read inside `World::wait`.
struct Answers {
  std::mutex mutex;
  std::vector<Answer> all;
  AnswerHandler handler() {
    return [this](const Answer& answer) {
      const std::lock_guard lock(mutex);
      all.push_back(answer);
    };
  }
  std::size_t size() {
    const std::lock_guard lock(mutex);
    return all.size();
  }
};

}  // namespace

TEST_CASE("a set of another component is checked, carried out in order, and answered on the asker's lane") {
  Answers answers;
  std::vector<std::string> levels;  // written on pump's lane
  std::mutex mutex;
  World world;
  Handle handle;
  world.script.starts_with = [&](Context& context) {
    if (context.component() != "asker") return;
    handle = context.on_availability("pump", [&](bool online) {
      if (!online) return;
      for (int level = 1; level <= 100; ++level) context.set({"pump", "level"}, level, answers.handler());
      context.set({"pump", ""}, "toggle", answers.handler());
      context.set({"pump", "level"}, 101, answers.handler());
      context.set({"pump", "temperature"}, 20, answers.handler());
      context.set({"pump", "levle"}, 20, answers.handler());
      context.set({"pmup", "level"}, 20, answers.handler());
      context.set({"asker", "level"}, 20, answers.handler());
      context.run("pump", "dance", {}, answers.handler());
    });
  };
  world.bus.add_sink([&](const EventPtr& event) {
    if (event->kind != EventKind::value || event->name != "level") return;
    const std::lock_guard lock(mutex);
    levels.push_back(std::to_string(static_cast<int>(event->value.as_number())));
  });
  world.start({"pump", "asker"});
  REQUIRE(world.wait([&] { return answers.size() == 107; }));
  const std::lock_guard lock(answers.mutex);
  std::map<std::string, std::string> refused;
  std::size_t done = 0;
  for (const Answer& answer : answers.all) {
    if (answer.ok())
      ++done;
    else
      refused[answer.code] += answer.sentence + "\n";
  }
  CHECK(done == 101);
  REQUIRE(levels.size() == 100);
  for (std::size_t n = 0; n < levels.size(); ++n) CHECK(levels[n] == std::to_string(n + 1));
  CHECK(is_on(world, "pump"));
  CHECK(refused["out_of_range"].find("0 to 100") != std::string::npos);
  CHECK(refused["read_only"].find("temperature") != std::string::npos);
  CHECK(refused["unknown_channel"].find("did you mean \"level\"?") != std::string::npos);
  CHECK(refused["unknown_component"].find("did you mean \"pump\"?") != std::string::npos);
  CHECK(refused["loop"].find("asker cannot command itself") != std::string::npos);
  CHECK(refused["unknown_command"].find("dance") != std::string::npos);
}

TEST_CASE("without a handler a refusal is the answer of the command that asked") {
  World world;
  world.script.sets_with = [](Context& context, bool on) {
    if (context.component() == "broken") throw CommandError("locked", "turn the key first");
    if (context.component() != "all") return;
    context.set({"lamp", ""}, on);
    context.set({"broken", "state"}, on);
  };
  world.start({"all", "lamp", "broken"});
  REQUIRE(world.wait([&] { return world.registry.value("broken", "state") && world.registry.value("lamp", "state"); }));
  const Reply reply = world.command("m2ag/demo/all/set", "ON");
  CHECK_FALSE(reply.ok);
  CHECK(reply.component == "all");
  CHECK(reply.code == "locked");
  CHECK(reply.message == "1 of 2 refused: broken: turn the key first");
  CHECK(is_on(world, "lamp"));
  CHECK(is_on(world, "all"));
  // nobody but the one who commanded is answered
  CHECK(world.wait([&] { return world.replies.size() == 1; }));
}

TEST_CASE("the answer is ok once those that were asked are done") {
  World world;
  Gate gate;
  world.script.sets_with = [&](Context& context, bool on) {
    if (context.component() == "lamp") gate.wait();
    if (context.component() == "all") context.set({"lamp", ""}, on);
  };
  world.start({"all", "lamp"});
  REQUIRE(world.wait([&] { return world.registry.value("lamp", "state").has_value(); }));
  world.send("m2ag/demo/all/set", "ON");
  REQUIRE(gate.wait_arrived(1));
  REQUIRE(world.wait([&] { return is_on(world, "all"); }));
  CHECK(world.wait([&] { return world.replies.empty(); }));
  gate.open();
  CHECK(world.wait_reply().ok);
  CHECK(is_on(world, "lamp"));
}

TEST_CASE("outside of a command a refusal without a handler is in the log") {
  World world;
  world.script.starts_with = [](Context& context) {
    if (context.component() == "asker") context.set({"nobody", "state"}, true);
  };
  world.start({"asker"});
  CHECK(world.wait([&] { return world.logged("nobody/state/set was refused: there is no component \"nobody\""); }));
}

TEST_CASE("components that set each other go on, also on one lane; a ring ends where it began") {
  World world;
  world.script.sets_with = [](Context& context, bool on) {
    const std::string other = context.component() == "left" ? "right" : "left";
    context.set({other, ""}, on);
  };
  world.start({"left", "right"});
  REQUIRE(world.wait([&] { return world.registry.value("left", "state") && world.registry.value("right", "state"); }));
  for (int n = 0; n < 20; ++n) {
    const Reply reply = world.command(n % 2 == 0 ? "m2ag/demo/left/state/set" : "m2ag/demo/right/state/set", "toggle");
    CHECK(reply.code == "loop");
    CHECK(reply.message.find(" comes back to itself: ") != std::string::npos);
  }
  CHECK(world.wait([&] { return is_on(world, "left") == is_on(world, "right"); }));
}

TEST_CASE("channels are described with the descriptor's unit, values read, and what is missing is named") {
  Answers answers;
  std::string missing, no_channel, unit;
  std::optional<Value> value;
  bool writable = false;
  World world;
  world.channels["temperature"].unit = "°F";
  world.script.starts_with = [&](Context& context) {
    if (context.component() != "zasker") return;
    const auto sentence = [&](const ChannelName& name) {
      try {
        context.channel(name);
      } catch (const DeviceError& error) {
        return std::string(error.what());
      }
      return std::string();
    };
    missing = sentence({"pmup", ""});
    no_channel = sentence({"pump", "temprature"});
    unit = context.channel({"pump", "temperature"}).unit;
    writable = context.channel({"pump", ""}).writable && !context.channel({"pump", ""}).set;
    value = context.value({"pump", ""});
    context.post([&] { answers.handler()({}); });
  };
  world.start({"pump", "zasker"});
  REQUIRE(world.wait([&] { return answers.size() == 1; }));
  CHECK(missing == "there is no component \"pmup\", did you mean \"pump\"?");
  CHECK(no_channel.find("did you mean \"temperature\"?") != std::string::npos);
  CHECK(unit == "°F");
  CHECK(writable);
  CHECK((!value || *value == Value(false)));
}

TEST_CASE("availability is told, and a component that says it is offline is offline with its reason") {
  World world;
  std::mutex mutex;
  std::vector<bool> heard;
  Handle handle;
  world.script.starts_with = [&](Context& context) {
    if (context.component() == "asker")
      handle = context.on_availability("pump", [&](bool online) {
        const std::lock_guard lock(mutex);
        heard.push_back(online);
      });
  };
  world.script.sets_with = [](Context& context, bool on) { context.set_online(on, "the tank is empty"); };
  world.start({"asker", "pump"});
  const auto last_is = [&](bool online) {
    return world.wait([&] {
      const std::lock_guard lock(mutex);
      return !heard.empty() && heard.back() == online;
    });
  };
  REQUIRE(last_is(true));
  CHECK(world.command("m2ag/demo/pump/set", "OFF").ok);
  CHECK(last_is(false));
  CHECK(world.supervisor->find("pump")->state() == InstanceState::running);
  CHECK(world.supervisor->find("pump")->reason() == "the tank is empty");
  CHECK(world.logged("offline: the tank is empty"));
  CHECK(world.command("m2ag/demo/pump/set", "ON").ok);
  CHECK(last_is(true));
  CHECK(world.supervisor->find("pump")->reason().empty());
  handle.reset();
}

TEST_CASE("a component that asked for another's channel starts anew when that has become another one") {
  World world;
  std::mutex mutex;
  std::vector<std::string> units;
  Handle handle;
  world.script.starts_with = [&](Context& context) {
    if (context.component() != "zasker") return;
    const std::lock_guard lock(mutex);
    units.push_back(context.channel({"pump", "temperature"}).unit);
    handle = context.on_availability("pump", [](bool) {});
  };
  const auto asked = [&](std::size_t times) {
    return world.wait([&] {
      const std::lock_guard lock(mutex);
      return units.size() == times;
    });
  };
  const auto replace = [&](const std::string& unit) {
    InstanceConfig config = world.supervisor->find("pump")->config();
    config.channels["temperature"].unit = unit;
    CHECK(world.supervisor->stop({"pump"}).empty());
    world.supervisor->replace({"pump"}, {config});
    world.router->update({});
    REQUIRE(world.wait([&] { return world.supervisor->find("pump")->state() == InstanceState::running; }));
  };
  world.start({"pump", "zasker"});
  REQUIRE(asked(1));
  const auto asker = world.supervisor->find("zasker");
  replace("°C");
  CHECK(world.command("m2ag/demo/zasker/set", "ON").ok);
  replace("°F");
  REQUIRE(asked(2));
  const std::lock_guard lock(mutex);
  CHECK(units == std::vector<std::string>{"°C", "°F"});
  CHECK(world.logged("pump/temperature is another channel than before"));
}
