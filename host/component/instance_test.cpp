// A component's life on real lanes, with plugins written here: what fails, what is retried, what is answered.
#include "component/instance.h"

#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <latch>

#include "catch.h"
#include "component/router.h"
#include "component/supervisor.h"
#include "core/json.h"

using namespace m2ag;
using namespace m2ag::host;
using namespace std::chrono_literals;

namespace {

/// What the test lets the component do.
struct Script {
  std::atomic<int> starts{0}, samples{0}, stops{0};
  std::atomic<bool> fail_start{false}, fail_sample{false}, config_error{false}, publish_nan{false};
  std::function<void()> on_set;
};

class Scripted final : public Component, public Sensor, public Switch {
 public:
  Scripted(Context& context, Script& script) : Component(context), script_(script) {}
  void start() override {
    ++script_.starts;
    if (script_.config_error) throw ConfigError("the line does not exist");
    if (script_.fail_start) throw DeviceError("no device answered");
    publish("state", context().saved("state").value_or(false));
  }
  void sample() override {
    ++script_.samples;
    if (script_.fail_sample) throw DeviceError("bad checksum");
    publish("temperature", script_.publish_nan ? std::nan("") : 21.5);
  }
  void set(bool on) override {
    if (script_.on_set) script_.on_set();
    context().save("state", on);
    publish("state", on);
  }
  void stop() noexcept override { ++script_.stops; }

 private:
  Script& script_;
};

/// The same abilities, for the description only: Scripted takes more than a context.
class Shape final : public Component, public Sensor, public Switch {
 public:
  using Component::Component;
  void sample() override {}
  void set(bool) override {}
};

/// A whole host without a broker: what the bus saw and what was answered is recorded.
class World {
 public:
  World() {
    std::string pattern = (std::filesystem::temp_directory_path() / "m2ag-instance-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    store = std::make_unique<StateStore>(folder_ / "state.db", log);
    bus.add_sink([this](const EventPtr& event) { registry.apply(event); });
    bus.add_sink([this](const EventPtr& event) { record(event); });
    services =
        std::make_unique<Services>(Services{"demo", clock, log, executor, scheduler, bus, registry, subscriptions,
                                            *store, hardware, [this](Reply reply) { record(std::move(reply)); }});
    scheduler.start();
  }
  ~World() {
    if (supervisor) supervisor->stop();
    scheduler.stop();
    executor.stop(std::chrono::steady_clock::now() + 5s);
    supervisor.reset();
    store.reset();
    std::filesystem::remove_all(folder_);
  }

  void start(std::vector<std::string> ids = {"pump"}) {
    auto spec = std::make_shared<ComponentSpec>(plugin_spec());
    supervisor = std::make_unique<Supervisor>(*services);
    std::vector<InstanceConfig> configs;
    for (const auto& id : ids) {
      InstanceConfig config;
      config.id = id;
      config.spec = spec;
      config.plugin = "scripted 1.0.0";
      config.interval = 10s;
      configs.push_back(config);
    }
    supervisor->add(std::move(configs));
    router = std::make_unique<Router>("m2ag", std::vector<std::string>{"garden"}, *supervisor, *services);
    supervisor->start();
  }

  ComponentSpec plugin_spec() {
    Plugin plugin;
    plugin.component<Shape>("scripted", "does what the test says")
        .channel("temperature", "°C", "temperature")
        .precision(2)
        .channel("level", "%", "level")
        .limits(0, 100);
    ComponentSpec spec = plugin.components().front();
    spec.channels.front().set = [](Component& component, const Value& value) {
      dynamic_cast<Switch&>(component).set(value.as_bool());
    };
    spec.create = [this](Context& context, const Value&) { return std::make_unique<Scripted>(context, script); };
    return spec;
  }

  void send(std::string_view topic, std::string_view payload, bool retained = false,
            std::string_view response = "answers/1") {
    IncomingMessage message;
    message.topic = topic;
    message.payload = payload;
    message.retained = retained;
    message.response_topic = response;
    message.arrival = clock.now();
    router->route(message);
  }

  template <class Predicate>
  bool wait(Predicate predicate) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 20s, predicate);
  }
  bool wait_state(const std::string& state) {
    return wait([&] { return !states.empty() && states.back() == state; });
  }
  Reply wait_reply(std::size_t count = 1) {
    REQUIRE(wait([&] { return replies.size() >= count; }));
    return replies.back();
  }

  SystemClock clock;
  Log log{LogLevel::error};
  Executor executor{clock};
  Scheduler scheduler{clock};
  Bus bus{clock};
  Registry registry;
  Subscriptions subscriptions;
  Hardware hardware;
  std::unique_ptr<StateStore> store;
  std::unique_ptr<Services> services;
  Script script;
  std::unique_ptr<Supervisor> supervisor;
  std::unique_ptr<Router> router;
  std::vector<std::string> states, availability, events;
  std::vector<Reply> replies;

 private:
  void record(const EventPtr& event) {
    const std::lock_guard lock(mutex_);
    if (event->kind == EventKind::status) states.push_back(event->value.find("state")->as_text());
    if (event->kind == EventKind::availability)
      availability.emplace_back(event->value.as_bool() ? "online" : "offline");
    if (event->kind == EventKind::device) events.push_back(event->name);
    changed_.notify_all();
  }
  void record(Reply reply) {
    const std::lock_guard lock(mutex_);
    replies.push_back(std::move(reply));
    changed_.notify_all();
  }

  std::filesystem::path folder_;
  std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace

TEST_CASE("a component starts, samples at once and is online") {
  World world;
  world.start();
  REQUIRE(world.wait([&] { return world.availability == std::vector<std::string>{"online"}; }));
  CHECK(world.states == std::vector<std::string>{"starting", "running"});
  CHECK(world.registry.value("pump", "temperature") == Value(21.5));
}

TEST_CASE("a failed reading publishes no number, makes it offline and is tried again after a second") {
  World world;
  world.script.fail_sample = true;
  world.start();
  REQUIRE(world.wait_state("failed"));
  CHECK(world.availability == std::vector<std::string>{"offline"});
  CHECK_FALSE(world.registry.value("pump", "temperature").has_value());
  CHECK(world.events == std::vector<std::string>{"component_failed"});
  world.script.fail_sample = false;
  REQUIRE(world.wait([&] { return !world.availability.empty() && world.availability.back() == "online"; }));
  CHECK(world.script.starts == 2);
  REQUIRE(world.wait([&] { return world.events.back() == "component_recovered"; }));
}

TEST_CASE("a number that is not finite never leaves the host") {
  World world;
  world.script.publish_nan = true;
  world.start();
  REQUIRE(world.wait_state("failed"));
  CHECK_THAT(world.supervisor->find("pump")->reason(), Catch::Contains("not finite"));
  CHECK_FALSE(world.registry.value("pump", "temperature").has_value());
}

TEST_CASE("wrong settings stay failed and are not tried again") {
  World world;
  world.script.config_error = true;
  world.start();
  REQUIRE(world.wait_state("failed"));
  CHECK_THAT(world.supervisor->find("pump")->reason(),
             Catch::Contains("the line does not exist") && Catch::Contains("stays failed"));
  CHECK(world.scheduler.size() == 1);  // the supervisor's watch, no retry
}

TEST_CASE("a command is answered once its effect is durable") {
  World world;
  world.start();
  REQUIRE(world.wait_state("running"));
  world.send("m2ag/demo/pump/state/set", "ON");
  const Reply reply = world.wait_reply();
  CHECK(reply.ok);
  CHECK(reply.command == "state/set");
  CHECK(reply.address.response_topic == "answers/1");
  CHECK(world.registry.value("pump", "state") == Value(true));
  CHECK_FALSE(world.store->pending("pump"));
  world.send("m2ag/demo/pump/set", "toggle");
  world.wait_reply(2);
  CHECK(world.registry.value("pump", "state") == Value(false));
}

TEST_CASE("every refused command is answered with a code and changes nothing") {
  World world;
  world.start();
  REQUIRE(world.wait_state("running"));
  struct Case {
    const char *topic, *payload, *code, *part;
  };
  const Case cases[] = {
      {"m2ag/demo/pump/state/set", "maybe", "wrong_type", "expected ON"},
      {"m2ag/demo/pmup/set", "ON", "unknown_component", "did you mean \"pump\""},
      {"m2ag/demo/pump/stat/set", "ON", "unknown_channel", "did you mean \"state\""},
      {"m2ag/demo/pump/temperature/set", "1", "read_only", "cannot be set"},
      {"m2ag/demo/pump/reset/run", "", "unknown_command", "it has none"},
      {"m2ag/demo/pump/config/gain/set", "1", "unknown_register", "gain"},
      {"m2ag/demo/request/nothing", "", "unknown_request", "nothing"},
      {"m2ag/demo/pump/set", "{\"state\":\"ON\",\"nope\":1}", "unknown_channel", "nope"},
      {"m2ag/demo/pump/set", "{", "bad_json", "JSON"},
      {"m2ag/demo/pump/set", "\xff", "not_utf8", "UTF-8"},
  };
  std::size_t count = 0;
  for (const Case& each : cases) {
    INFO(each.topic << " " << each.payload);
    world.send(each.topic, each.payload);
    const Reply reply = world.wait_reply(++count);
    CHECK_FALSE(reply.ok);
    CHECK(reply.code == each.code);
    CHECK_THAT(reply.message, Catch::Contains(each.part));
  }
  world.send("m2ag/demo/pump/set", "ON", true);
  CHECK(world.wait_reply(++count).code == "retained");
  CHECK(world.registry.value("pump", "state") == Value(false));
}

TEST_CASE("a broadcast reaches a component and is silent where there is none") {
  World world;
  world.start();
  REQUIRE(world.wait_state("running"));
  world.send("m2ag/all/lamp/set", "ON");
  world.send("m2ag/group/garden/lamp/set", "ON");
  world.send("m2ag/group/garden/pump/set", "ON");
  CHECK(world.wait_reply().ok);
  CHECK(world.registry.value("pump", "state") == Value(true));
  world.send("m2ag/all/pump/state/set", "OFF");
  CHECK(world.wait_reply(2).ok);
  CHECK(world.replies.size() == 2);
}

TEST_CASE("a set for a time goes back by itself") {
  World world;
  world.start();
  REQUIRE(world.wait_state("running"));
  world.send("m2ag/demo/pump/set", R"({"value":"ON","for":"50ms"})");
  CHECK(world.wait_reply().ok);
  REQUIRE(world.wait([&] { return world.registry.value("pump", "state") == Value(false); }));
}

TEST_CASE("a set for a time that a restart interrupts goes back after it") {
  World world;
  world.store->save("pump", "state", true);
  world.store->save("pump", "for:state", Value::Map{{"after", false}, {"since", 1}, {"duration", 1000}});
  world.start();
  REQUIRE(world.wait([&] { return world.registry.value("pump", "state") == Value(false); }));
  REQUIRE(world.wait([&] { return !world.store->get("pump", "for:state").has_value(); }));
}

TEST_CASE("a component that blocks answers busy when its queue is full, and the others go on") {
  World world;
  std::latch blocked(1), release(1);
  world.start({"pump", "valve"});
  REQUIRE(world.wait([&] { return world.availability.size() == 2; }));
  std::atomic<int> calls{0};
  world.script.on_set = [&] {
    if (calls++ > 0) return;
    blocked.count_down();
    release.wait();
  };
  world.send("m2ag/demo/pump/set", "ON");
  blocked.wait();
  for (std::size_t i = 0; i < Lane::kDefaultCapacity; ++i) world.send("m2ag/demo/pump/set", "OFF");
  world.send("m2ag/demo/pump/set", "ON");
  const Reply busy = world.wait_reply();
  CHECK(busy.code == "busy");
  world.send("m2ag/demo/valve/set", "ON");
  CHECK(world.wait_reply(2).ok);
  CHECK(world.registry.value("valve", "state") == Value(true));
  release.count_down();
  world.wait_reply(2 + 1 + Lane::kDefaultCapacity);
  CHECK(world.registry.value("pump", "state") == Value(false));
}

TEST_CASE("a handler that fails answers, and fails its component only") {
  World world;
  world.start({"pump", "valve"});
  REQUIRE(world.wait([&] { return world.availability.size() == 2; }));
  world.script.on_set = [] { throw DeviceError("the relay is stuck"); };
  world.send("m2ag/demo/pump/set", "ON");
  const Reply reply = world.wait_reply();
  CHECK(reply.code == "failed");
  CHECK(reply.message == "the relay is stuck");
  CHECK(world.supervisor->find("pump")->state() == InstanceState::failed);
  CHECK(world.supervisor->find("valve")->state() == InstanceState::running);
  world.script.on_set = [] { throw CommandError("locked", "locked by hand"); };
  world.send("m2ag/demo/valve/set", "ON");
  CHECK(world.wait_reply(2).code == "locked");
  CHECK(world.supervisor->find("valve")->state() == InstanceState::running);
}
